//! What is asked of every allocator, decoded ahead of time.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use memory::Memory;
use traces::{Event, Trace};

/// One call, in eight bytes: the kind in the top two bits, then 30 bits of slot and 32 of size.
///
/// A [`REALLOC`](Op::REALLOC) is followed by one more `Op` with the same slot and the old size, for
/// allocators that want to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op(u64);

impl Op {
    /// Kind: a new block of `size` bytes goes into the slot.
    pub const ALLOC: u64 = 0;
    /// Kind: the slot's block is made `size` bytes large.
    pub const REALLOC: u64 = 1;
    /// Kind: the slot's block is freed.
    pub const FREE: u64 = 2;

    const MAX_SLOT: u32 = (1 << 30) - 1;

    fn new(kind: u64, slot: u32, size: u32) -> Op {
        Op(kind << 62 | u64::from(slot) << 32 | u64::from(size))
    }

    /// One of the three kinds.
    #[inline]
    #[must_use]
    pub fn kind(self) -> u64 {
        self.0 >> 62
    }

    /// Where the block is kept.
    #[inline]
    #[must_use]
    pub fn slot(self) -> usize {
        (self.0 >> 32) as usize & Op::MAX_SLOT as usize
    }

    /// In bytes.
    #[inline]
    #[must_use]
    pub fn size(self) -> usize {
        self.0 as u32 as usize
    }
}

/// A row of calls that begins and ends with nothing live.
#[derive(Clone, Debug)]
pub struct Workload {
    /// `trace/json`, `fixed/48/lifo/1e5`.
    pub name: String,
    /// The calls.
    pub ops: Vec<Op>,
    /// How many there are, with those that free what the program left over.
    pub calls: u64,
    /// How many slots they use.
    pub slots: usize,
    /// How many bytes are asked for at once, at most.
    pub peak: u64,
}

impl Workload {
    /// The workload called `trace/NAME`.
    ///
    /// # Errors
    /// If more blocks are live at once than a slot's number can say.
    pub fn of_trace(name: &str, trace: &Trace) -> Result<Workload> {
        ensure!(
            trace.slots() <= Op::MAX_SLOT as usize,
            "{name}: {} blocks live at once are too many",
            trace.slots()
        );
        // head() frees what is left at the end.
        Ok(Workload::new(
            format!("trace/{name}"),
            trace.head(trace.len()),
        ))
    }

    /// A trace in a file, named as the file is.
    ///
    /// # Errors
    /// If there is no whole trace in it, or one of a program that needs more memory than the
    /// reference has.
    pub fn of_file(path: &Path) -> Result<Workload> {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        let trace = Trace::read(&bytes).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let workload = Workload::of_trace(&name, &trace)?;
        // A block that is resized may lie in two places for a while, and the rest is for what is lost.
        ensure!(
            workload.peak <= Memory::FIXED_SIZE / 4,
            "{}: the program has {} bytes at once; the reference's range is large enough for {}",
            path.display(),
            workload.peak,
            Memory::FIXED_SIZE / 4
        );
        Ok(workload)
    }

    /// `fixed/SIZE/ORDER/COUNT`: so many blocks of one size, all allocated and then all freed,
    /// several times if there are few.
    #[must_use]
    pub fn fixed(size: u32, order: Order, count: u32) -> Workload {
        let mut events = Vec::new();
        for round in 0..rounds(count) {
            events.extend((0..count).map(|id| Event::Alloc { id, size }));
            events.extend(
                order
                    .of(count, round)
                    .into_iter()
                    .map(|id| Event::Free { id }),
            );
        }
        let name = format!("fixed/{size}/{}/{}", order.name(), short(count));
        Workload::new(name, events)
    }

    /// `refill/SIZE/COUNT`: so many blocks are freed in random order and allocated again. The blocks
    /// of a page are then handed out in the order of its free list, which is the shuffled one, if
    /// the allocator does not mind.
    #[must_use]
    pub fn refill(size: u32, count: u32) -> Workload {
        let alloc = |id| Event::Alloc { id, size };
        let mut events: Vec<Event> = (0..count).map(alloc).collect();
        for round in 0..2 * rounds(count) {
            let freed = Order::Random.of(count, round);
            events.extend(freed.into_iter().map(|id| Event::Free { id }));
            events.extend((0..count).map(alloc));
        }
        let freed = Order::Random.of(count, u32::MAX);
        events.extend(freed.into_iter().map(|id| Event::Free { id }));
        Workload::new(format!("refill/{size}/{}", short(count)), events)
    }

    /// `pingpong/SIZE`: one block on an empty heap, allocated and freed at once, again and again.
    #[must_use]
    pub fn pingpong(size: u32, times: u32) -> Workload {
        let events = (0..times).flat_map(|_| [Event::Alloc { id: 0, size }, Event::Free { id: 0 }]);
        Workload::new(format!("pingpong/{size}"), events)
    }

    /// From events that leave nothing live.
    fn new(name: String, events: impl IntoIterator<Item = Event>) -> Workload {
        let mut workload = Workload {
            name,
            ops: Vec::new(),
            calls: 0,
            slots: 0,
            peak: 0,
        };
        let mut sizes = Vec::new();
        let mut live = 0;
        for event in events {
            workload.calls += 1;
            match event {
                Event::Alloc { id, size } => {
                    workload.ops.push(Op::new(Op::ALLOC, id, size));
                    sizes.resize(sizes.len().max(id as usize + 1), 0);
                    sizes[id as usize] = size;
                    live += u64::from(size);
                }
                Event::Realloc { id, size } => {
                    let old = std::mem::replace(&mut sizes[id as usize], size);
                    workload.ops.push(Op::new(Op::REALLOC, id, size));
                    workload.ops.push(Op::new(Op::REALLOC, id, old));
                    live = live + u64::from(size) - u64::from(old);
                }
                Event::Free { id } => {
                    workload.ops.push(Op::new(Op::FREE, id, 0));
                    live -= u64::from(sizes[id as usize]);
                }
            }
            workload.peak = workload.peak.max(live);
        }
        workload.slots = sizes.len();
        workload
    }
}

/// In which order blocks are freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// The last one first.
    Lifo,
    /// The first one first.
    Fifo,
    /// Shuffled, differently in each round, the same in each run.
    Random,
}

impl Order {
    /// As it stands in a workload's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Order::Lifo => "lifo",
            Order::Fifo => "fifo",
            Order::Random => "random",
        }
    }

    fn of(self, count: u32, round: u32) -> Vec<u32> {
        let mut ids: Vec<u32> = (0..count).collect();
        match self {
            Order::Lifo => ids.reverse(),
            Order::Fifo => {}
            Order::Random => fastrand::Rng::with_seed(round.into()).shuffle(&mut ids),
        }
        ids
    }
}

/// A measurement should take a few hundred microseconds at least.
fn rounds(count: u32) -> u32 {
    (100_000 / count.max(1)).clamp(1, 10)
}

/// `1e5` of 100000.
fn short(count: u32) -> String {
    format!("{count:e}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ops_hold_what_is_put_into_them() {
        let op = Op::new(Op::FREE, Op::MAX_SLOT, u32::MAX);
        assert_eq!(
            (op.kind(), op.slot(), op.size()),
            (Op::FREE, (1 << 30) - 1, u32::MAX as usize)
        );
    }

    #[test]
    fn workloads_end_empty_and_know_their_peak() {
        let all = [
            Workload::fixed(48, Order::Random, 1000),
            Workload::refill(48, 100_000),
            Workload::pingpong(48, 10),
            Workload::of_trace("richards", &traces::ALL[4].read()).unwrap(),
        ];
        for workload in &all {
            let mut live = vec![false; workload.slots];
            for op in &workload.ops {
                let was = std::mem::replace(&mut live[op.slot()], op.kind() != Op::FREE);
                assert_eq!(was, op.kind() != Op::ALLOC, "{}: {op:?}", workload.name);
            }
            assert!(!live.contains(&true), "{}", workload.name);
        }
        let names: Vec<&str> = all.iter().map(|workload| &*workload.name).collect();
        assert_eq!(
            names,
            [
                "fixed/48/random/1e3",
                "refill/48/1e5",
                "pingpong/48",
                "trace/richards"
            ]
        );
        assert_eq!(
            all.map(|workload| workload.peak)[..3],
            [48_000, 4_800_000, 48]
        );
    }
}
