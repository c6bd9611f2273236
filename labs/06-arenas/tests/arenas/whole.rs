//! Tasks 6.11 and 6.12, the whole allocator: long runs against a plain list of what should be live.
//!
//! `HEAP_SEED=7 cargo test -p arenas whole` makes other runs.

use std::collections::BTreeMap;

use exam::{HeapExam, Random};
use memory::pool::walk::Walk;
use memory::{Addr, Classic, Further, Geometry, Heap, MemoryError, Modern};
use traces::Event;

use super::support::{ALL_HEAPS, first_changed, in_order, write_pattern};

/// A block that should be live.
#[derive(Clone, Copy)]
struct Block {
    addr: Addr,
    size: u64,
    mark: u64,
}

/// What should be live, and the next random number.
struct Model {
    live: Vec<Block>,
    random: Random,
    mark: u64,
}

/// What went wrong, in words.
type Said = Result<(), String>;

impl Model {
    fn new(exam: &HeapExam) -> Model {
        Model {
            live: Vec::new(),
            random: exam.random(),
            mark: 0,
        }
    }

    /// Mostly small, sometimes large, up to 4096 and now and then beyond.
    fn size(&mut self) -> u64 {
        match self.random.below(100) {
            0 => self.random.below(3),
            1..70 => self.random.below(129),
            70..92 => self.random.below(514),
            92..99 => self.random.below(4097),
            _ => self.random.below(20_000),
        }
    }

    fn malloc(&mut self, heap: &Heap, size: u64) -> Said {
        let addr = heap.malloc(size).map_err(|error| error.to_string())?;
        self.mark += 1;
        let mark = self.mark;
        write_pattern(heap, addr, size, mark);
        self.live.push(Block { addr, size, mark });
        Ok(())
    }

    fn realloc(&mut self, heap: &Heap, index: usize, size: u64) -> Said {
        let old = self.live[index];
        let addr = heap
            .realloc(old.addr, size)
            .map_err(|error| error.to_string())?;
        Model::unchanged(heap, Block { addr, ..old }, size.min(old.size))?;
        self.mark += 1;
        let mark = self.mark;
        write_pattern(heap, addr, size, mark);
        self.live[index] = Block { addr, size, mark };
        Ok(())
    }

    fn free(&mut self, heap: &Heap, index: usize) -> Said {
        let block = self.live.swap_remove(index);
        Model::unchanged(heap, block, block.size)?;
        heap.free(block.addr);
        Ok(())
    }

    fn unchanged(heap: &Heap, block: Block, kept: u64) -> Said {
        match first_changed(heap, block.addr, block.size, kept, block.mark) {
            None => Ok(()),
            Some(offset) => Err(format!(
                "the byte at offset {offset} of the block at {} ({} bytes) is not what the program \
                 wrote there: somebody else has written to it",
                block.addr, block.size
            )),
        }
    }

    /// All records fit together, and what they say is allocated is what should be live.
    fn agrees(&self, exam: &HeapExam) -> Walk {
        let walk = in_order(exam);
        let mut blocks: BTreeMap<Addr, u64> = walk.blocks().collect();
        let place = |addr: Addr| addr.get() / walk.arena_size * walk.arena_size;
        for block in &self.live {
            let arena = walk
                .arenas
                .iter()
                .any(|it| it.addr.get() == place(block.addr));
            match blocks.remove(&block.addr) {
                Some(size) if size < block.size => exam.fail(&format!(
                    "the block at {} was asked for with {} bytes, and its pool has blocks of {size}",
                    block.addr, block.size
                )),
                None if arena => exam.fail(&format!(
                    "the block at {} ({} bytes) is live, and its pool says that it is free",
                    block.addr, block.size
                )),
                _ => {}
            }
        }
        if let Some((addr, size)) = blocks.first_key_value() {
            exam.fail(&format!(
                "the block at {addr} ({size} bytes) was freed, and its pool says that it is allocated"
            ));
        }
        walk
    }

    /// Some of the program's steps in one event.
    fn steps(
        &mut self,
        exam: &HeapExam,
        label: String,
        code: impl FnOnce(&mut Self, &Heap) -> Said,
    ) {
        let said = exam.event(label, |heap| code(self, heap));
        if let Err(words) = said {
            exam.fail(&words);
        }
    }
}

/// Nothing is live any more: as many arenas are left as the geometry keeps.
fn all_given_back<G: Geometry>(exam: &HeapExam, walk: &Walk) {
    exam.leaks(0);
    exam.equal("allocated blocks in pools", 0, walk.blocks().count());
    let kept = G::KEPT_ARENAS.max(1) as usize;
    if walk.arenas.len() > kept {
        exam.fail(&format!(
            "nothing is allocated any more, and {} arenas are left; {kept} may be kept",
            walk.arenas.len()
        ));
    }
}

#[test]
fn task_6_12_a_hundred_thousand_random_steps() {
    fn test<G: Geometry>(exam: &HeapExam) {
        exam.note("random malloc, realloc and free; each block's bytes are checked when it goes");
        let mut model = Model::new(exam);
        for round in 1..=100 {
            // The heap swells in some rounds and shrinks in others.
            let swells = model.random.below(8);
            model.steps(
                exam,
                format!("1000 steps, for the {round}. time"),
                |model, heap| {
                    for _ in 0..1000 {
                        let many = model.live.len();
                        match model.random.below(10) {
                            kind if kind < swells || many == 0 => {
                                let size = model.size();
                                model.malloc(heap, size)?;
                            }
                            8 => {
                                let (index, size) = (model.random.index(many), model.size());
                                model.realloc(heap, index, size)?;
                            }
                            _ => {
                                let index = model.random.index(many);
                                model.free(heap, index)?;
                            }
                        }
                    }
                    Ok(())
                },
            );
            model.agrees(exam);
        }
        model.steps(exam, "all blocks are freed".to_owned(), |model, heap| {
            while let Some(last) = model.live.len().checked_sub(1) {
                let index = model.random.index(last + 1);
                model.free(heap, index)?;
            }
            Ok(())
        });
        let walk = model.agrees(exam);
        all_given_back::<G>(exam, &walk);
    }
    exam::task(
        "6.12",
        "the allocator does what a plain list of live blocks expects",
    )
    .heaps(ALL_HEAPS)
    .big()
    .run([
        test::<Classic>,
        test::<Modern>,
        test::<Further<Classic>>,
        test::<Further<Modern>>,
    ]);
}

/// Three rounds: blocks of few sizes are taken, and freed in the order that `order` makes of them.
fn rounds<G: Geometry>(
    exam: &HeapExam,
    what: &str,
    order: fn(&mut Random, Vec<Block>) -> Vec<Block>,
) {
    let mut model = Model::new(exam);
    for round in 1..=3 {
        model.steps(
            exam,
            format!("6000 blocks, round {round}"),
            |model, heap| {
                for index in 0..6000 {
                    let size = [48, 200, 56, 512, 16, 1000][index % 6];
                    model.malloc(heap, size)?;
                }
                Ok(())
            },
        );
        model.agrees(exam);
        model.steps(exam, format!("they are freed: {what}"), |model, heap| {
            let mut random = model.random.clone();
            for block in order(&mut random, std::mem::take(&mut model.live)) {
                Model::unchanged(heap, block, block.size)?;
                heap.free(block.addr);
            }
            Ok(())
        });
        let walk = model.agrees(exam);
        all_given_back::<G>(exam, &walk);
    }
}

macro_rules! orders {
    ($($name:ident, $what:literal, $order:expr;)*) => {$(
        #[test]
        fn $name() {
            fn test<G: Geometry>(exam: &HeapExam) {
                rounds::<G>(exam, $what, $order);
            }
            exam::task("6.11", concat!("blocks may be freed in any order: ", $what))
                .heaps(ALL_HEAPS)
                .big()
                .run([
                    test::<Classic>,
                    test::<Modern>,
                    test::<Further<Classic>>,
                    test::<Further<Modern>>,
                ]);
        }
    )*};
}

orders! {
    task_6_11_last_in_first_out, "the last one first", |_, mut blocks| {
        blocks.reverse();
        blocks
    };
    task_6_11_first_in_first_out, "the first one first", |_, blocks| blocks;
    task_6_11_in_random_order, "in random order", |random, mut blocks| {
        random.shuffle(&mut blocks);
        blocks
    };
    task_6_11_every_seventh_last, "every seventh one last", |_, blocks| {
        let (kept, freed): (Vec<_>, Vec<_>) =
            blocks.into_iter().enumerate().partition(|(index, _)| index % 7 == 0);
        freed.into_iter().chain(kept).map(|(_, block)| block).collect()
    };
}

/// The start of each recorded program, call by call.
#[test]
fn task_6_12_what_real_programs_asked_for() {
    fn test<G: Geometry>(exam: &HeapExam) {
        for file in traces::ALL {
            let trace = file.read();
            let mut blocks: Vec<Option<Block>> = vec![None; trace.slots()];
            let label = format!(
                "the first 8000 calls of the program {}, and then free",
                file.name
            );
            let said = exam.event(label, |heap| {
                for (step, event) in (1..).zip(trace.head(8000)) {
                    replay(heap, &mut blocks, event, step)
                        .map_err(|words| format!("in call {step}: {words}"))?;
                }
                Ok::<_, String>(())
            });
            if let Err(words) = said {
                exam.fail(&words);
            }
            let walk = in_order(exam);
            all_given_back::<G>(exam, &walk);
        }
    }
    exam::task("6.12", "recorded Python programs get their blocks")
        .heaps(ALL_HEAPS)
        .big()
        .run([
            test::<Classic>,
            test::<Modern>,
            test::<Further<Classic>>,
            test::<Further<Modern>>,
        ]);
}

fn replay(heap: &Heap, blocks: &mut [Option<Block>], event: Event, mark: u64) -> Said {
    let words = |error: MemoryError| error.to_string();
    match event {
        Event::Alloc { id, size } => {
            let size = u64::from(size);
            let addr = heap.malloc(size).map_err(words)?;
            write_pattern(heap, addr, size, mark);
            blocks[id as usize] = Some(Block { addr, size, mark });
        }
        Event::Realloc { id, size } => {
            let size = u64::from(size);
            if let Some(old) = blocks[id as usize] {
                let addr = heap.realloc(old.addr, size).map_err(words)?;
                Model::unchanged(heap, Block { addr, ..old }, size.min(old.size))?;
                write_pattern(heap, addr, size, mark);
                blocks[id as usize] = Some(Block { addr, size, mark });
            }
        }
        Event::Free { id } => {
            if let Some(block) = blocks[id as usize].take() {
                Model::unchanged(heap, block, block.size)?;
                heap.free(block.addr);
            }
        }
    }
    Ok(())
}
