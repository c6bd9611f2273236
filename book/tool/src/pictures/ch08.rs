//! The pictures of chapter 8: the way of a request through the layers, free lists, shared pages,
//! thresholds, threads that take turns, and the program with everything.

use std::cell::Cell;
use std::fmt::Write;
use std::sync::OnceLock;
use std::thread;

use manager::freelist::{float_alloc, kept_dict_alloc, list_alloc, tuple_alloc};
use manager::gil::Turns;
use manager::service::{Parameters, Service, load};
use manager::{PrivateHeap, Table, index};
use memory::geometry::SMALL_REQUEST_THRESHOLD;
use memory::heap::AllocFn;
use memory::manager::Ticks;
use memory::pool::PoolHeader;
use memory::watch::{Watched, Words};
use memory::{
    Addr, Allocator, Classic, Geometry, Heap, Manager, Memory, MemoryError, PAGE, Region, Root,
    Slots,
};
use objects::{ObjectError, float, int, list, tuple};
use picture::PoolParts;
use refcounts::decref;

use super::ch07::svg;
use super::draw::Draw;
use super::program::{Lab, Step, run_on};
use super::{Kind, Picture};

/// This chapter's pictures.
///
/// They are computed once: the book is built again while its author writes.
#[must_use]
pub fn pictures() -> Vec<Picture> {
    static DRAWN: OnceLock<Vec<Picture>> = OnceLock::new();
    let drawn = DRAWN.get_or_init(|| {
        let drawn: Result<Vec<Picture>, ObjectError> = [
            layers(),
            freelist(),
            Ok(shared()),
            Ok(pauses()),
            Ok(turns()),
            whole(),
        ]
        .into_iter()
        .collect();
        drawn.unwrap_or_else(|error| panic!("the pictures of chapter 8: {error}"))
    });
    drawn.clone()
}

fn model(name: &str, caption: &str, (width, height): (usize, usize), body: &str) -> Picture {
    Picture {
        name: name.to_owned(),
        caption: caption.to_owned(),
        kind: Kind::Model,
        svg: svg(caption, width, height, body),
        text: String::new(),
    }
}

/// Text whose left end is at `x`, or its right end, where `end` says so.
fn words(x: usize, y: usize, end: bool, text: &str) -> String {
    let anchor = if end { " text-anchor='end'" } else { "" };
    format!("<text x='{x}' y='{y}'{anchor}>{text}</text>")
}

/// A rectangle, filled so much.
fn rect([x, y, w, h]: [usize; 4], opacity: f64) -> String {
    format!(
        "<rect x='{x}' y='{y}' width='{w}' height='{h}' fill='currentColor' \
         fill-opacity='{opacity}' stroke='currentColor' stroke-opacity='0.6'/>"
    )
}

fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

// ------------------------------------------------------------------ layers

/// How many requests the service of [`layers`] answers.
const REQUESTS: u64 = 2_000;

/// What each layer was asked, and did.
#[derive(Clone, Copy, Debug, Default)]
struct Served {
    /// New floats, lists, dicts and tuples.
    objects: u64,
    /// Of them, those that a free list had.
    kept: u64,
    /// Requests of at most 512 bytes that reached the object allocator.
    small: u64,
    /// Of them, those for which no pool of the class had a block.
    pools: u64,
    /// Arenas that were made.
    arenas: u64,
    /// Requests of more bytes.
    large: u64,
    /// Requests to make a block larger or smaller that it already was large enough for.
    in_place: u64,
    /// How often the heap region grew, and by how many pages.
    grown: u64,
    pages: u64,
}

thread_local! {
    static SERVED: Cell<Served> = const { Cell::new(Served {
        objects: 0, kept: 0, small: 0, pools: 0, arenas: 0, large: 0, in_place: 0, grown: 0,
        pages: 0,
    }) };
}

fn note(change: impl FnOnce(&mut Served)) {
    let mut served = SERVED.get();
    change(&mut served);
    SERVED.set(served);
}

/// As `alloc`, an `alloc` slot; notes whether the object came from a free list: then no block was asked
/// for.
fn counted(heap: &Heap, ty: Addr, nitems: u64, alloc: AllocFn) -> Result<Addr, MemoryError> {
    let asked = |served: Served| served.small + served.large;
    let before = asked(SERVED.get());
    let op = alloc(heap, ty, nitems)?;
    let kept = asked(SERVED.get()) == before;
    note(|served| {
        served.objects += 1;
        served.kept += u64::from(kept);
    });
    Ok(op)
}

const COUNTED: [Slots; index::COUNT] = {
    let mut types = Table::<Ticks>::TYPES;
    types[index::FLOAT as usize].alloc = |heap, ty, n| counted(heap, ty, n, float_alloc);
    types[index::LIST as usize].alloc = |heap, ty, n| counted(heap, ty, n, list_alloc);
    types[index::DICT as usize].alloc = |heap, ty, n| counted(heap, ty, n, kept_dict_alloc);
    types[index::TUPLE as usize].alloc = |heap, ty, n| counted(heap, ty, n, tuple_alloc);
    types
};

const PYMALLOC: Allocator = arenas::pymalloc::<Classic>();

const COUNTING: Allocator = Allocator {
    malloc: |memory, size| {
        let asked = Asked::now(memory, size);
        let block = (PYMALLOC.malloc)(memory, size)?;
        asked.note(memory, false);
        Ok(block)
    },
    realloc: |memory, block, size| {
        let asked = Asked::now(memory, size);
        let moved = (PYMALLOC.realloc)(memory, block, size)?;
        asked.note(memory, moved == block);
        Ok(moved)
    },
    free: |memory, block| (PYMALLOC.free)(memory, block),
};

/// What there was when a block was asked for.
struct Asked {
    small: bool,
    /// Whether no pool of the class has a block to give.
    needs_pool: bool,
    arenas: u64,
    end: u64,
}

impl Asked {
    fn now(memory: &Memory, size: u64) -> Asked {
        let small = size <= SMALL_REQUEST_THRESHOLD;
        let class = size.max(1).div_ceil(Classic::ALIGNMENT) - 1;
        let needs_pool = small && {
            let head = PoolHeader::used(memory, class);
            head.nextpool().get() == Some(head.addr())
        };
        let root = Root::of(memory);
        Asked {
            small,
            needs_pool,
            arenas: root.ntimes_arena_allocated().get(),
            end: root.region(Region::Heap).end().get(),
        }
    }

    fn note(self, memory: &Memory, in_place: bool) {
        let root = Root::of(memory);
        let grown = root.region(Region::Heap).end().get() - self.end;
        note(|served| {
            match (in_place, self.small) {
                (true, _) => served.in_place += 1,
                (_, true) => served.small += 1,
                (_, false) => served.large += 1,
            }
            served.pools += u64::from(self.needs_pool && !in_place);
            served.arenas += root.ntimes_arena_allocated().get() - self.arenas;
            served.grown += u64::from(grown > 0);
            served.pages += grown.div_ceil(PAGE);
        });
    }
}

/// The service from the start of the manager on.
fn served() -> Result<Served, ObjectError> {
    let memory = Memory::new(1 << 26)?;
    let heap = Heap {
        memory: &memory,
        object: COUNTING,
        types: &COUNTED,
    };
    SERVED.set(Served::default());
    manager::start::<Classic>(&heap)?;
    load(&heap)?;
    let service = Service::start(&heap, Parameters::SMALL)?;
    for _ in 0..REQUESTS {
        service.request(&heap)?;
    }
    Ok(SERVED.get())
}

/// The layers from the top, each with what it served and what it passed on.
fn layers() -> Result<Picture, ObjectError> {
    let served = served()?;
    let Served { objects, kept, .. } = served;
    let others = served.small + served.large - (objects - kept);
    let caption = format!(
        "Who served what while the service started and answered {} requests. Each layer passes on what it cannot serve itself. Of {} requests for memory, {} reach the operating system.",
        thousands(REQUESTS),
        thousands(objects + others),
        served.grown
    );
    let at_hand = served.small - served.pools;
    let rows = [
        (
            format!("{} floats, lists, dicts, tuples", thousands(objects)),
            ["free list of the type", &thousands(kept)],
        ),
        (
            format!(
                "{}, and {} other requests",
                thousands(objects - kept),
                thousands(others)
            ),
            ["pool of the size class", &thousands(at_hand)],
        ),
        (
            format!("{} times no pool had a block", thousands(served.pools)),
            [
                "arena: another pool",
                &thousands(served.pools - served.arenas),
            ],
        ),
        (
            format!(
                "{} new arenas, and {} requests over 512 bytes",
                thousands(served.arenas),
                thousands(served.large)
            ),
            [
                "raw allocator",
                &thousands(served.large + served.arenas - served.grown),
            ],
        ),
        (
            format!("{} times the heap had no room", thousands(served.grown)),
            [
                "operating system",
                &format!("{} pages", thousands(served.pages)),
            ],
        ),
    ];
    let (mut body, mut text) = (String::new(), String::new());
    let mut y = 4;
    for (passed_on, [layer, count]) in &rows {
        let _ = write!(
            body,
            "<path d='M18 {y}v18m-4 -6l4 6l4 -6' fill='none' stroke='currentColor' \
             stroke-width='1.5'/>"
        );
        body += &words(32, y + 13, false, passed_on);
        body += &rect([4, y + 22, 412, 30], 0.06);
        body += &words(14, y + 42, false, layer);
        body += &words(406, y + 42, true, count);
        let _ = writeln!(text, "  ▼ {passed_on}\n{layer:24} {count:>12}");
        y += 58;
    }
    let rest = format!(
        "{} more had room in the block that they had",
        thousands(served.in_place)
    );
    body += &words(14, y + 14, false, &rest);
    let _ = writeln!(text, "{rest}");
    Ok(Picture {
        text,
        ..model("08-layers", &caption, (420, y + 22), &body)
    })
}

// ------------------------------------------------------------------ free lists

/// Floats, lists and tuples some of which have died.
fn freelist() -> Result<Picture, ObjectError> {
    let memory = Memory::new(1 << 20)?;
    let manager = PrivateHeap::<Classic, Ticks>::start(&memory)?;
    let heap = manager.heap();
    let floats = [1.5, 2.5, 3.5, 4.5].map(|value| float::from_f64(&heap, value));
    let lists = [(); 3].map(|()| list::new(&heap));
    let pairs = [(); 2].map(|()| {
        let items = [int::from_i64(&heap, 1)?, int::from_i64(&heap, 2)?];
        tuple::new(&heap, &items)
    });
    let one = tuple::new(&heap, &[int::from_i64(&heap, 1)?])?;
    let live = floats[1].clone()?;
    for dead in floats.into_iter().chain(lists).chain(pairs) {
        let dead = dead?;
        if dead != live {
            decref(&heap, dead);
        }
    }
    decref(&heap, one);
    let seen = picture::Picture::of(&memory.snapshot(), &picture::Names::new());
    let pool = seen
        .pools
        .iter()
        .find_map(|pools| pools.pool_of(live.get()));
    let parts = PoolParts {
        only: pool.map(|pool| pool.addr).into_iter().collect(),
        ..PoolParts::POOLS
    };
    Ok(Draw::new(
        "08-freelist",
        "Four floats were made, and three died, in the order of their addresses; then three lists, two tuples of 2 items, and one of 1. The float that died last is the first of its list, and the word of its type leads to the next one. In the pool their blocks are still allocated.",
    )
    .names(&[(live, "x")])
    .kept()
    .parts(parts)
    .pools(&memory))
}

// ------------------------------------------------------------------ shared pages

/// What a child did, and how many of the shared pages were copied.
struct Copied {
    what: &'static str,
    shared: u64,
    copied: u64,
}

/// A parent loads the service and forks. The child collects everything, or answers requests.
fn forked(what: &'static str, freeze: bool, requests: u64, full: bool) -> Copied {
    let watched = new_watched();
    run(&watched, |manager, watched| {
        let heap = manager.heap();
        load(&heap)?;
        let service = Service::start(&heap, Parameters::SMALL)?;
        for _ in 0..500 {
            service.request(&heap)?;
        }
        manager.collect(2);
        if freeze {
            manager.before_fork();
        }
        watched.share();
        manager.after_fork();
        for _ in 0..requests {
            service.request(&heap)?;
        }
        if full {
            manager.collect(2);
        }
        Ok(())
    });
    Copied {
        what,
        shared: watched.shared_pages(),
        copied: watched.copied_pages(),
    }
}

type Watching<'m> = PrivateHeap<'m, Classic, Words>;

fn new_watched() -> Watched {
    Watched::new(1 << 26).unwrap_or_else(|error| panic!("a watched memory: {error}"))
}

/// Runs a program on a new manager in a watched memory.
fn run(
    watched: &Watched,
    program: impl FnOnce(&Watching<'_>, &Watched) -> Result<(), ObjectError>,
) {
    let done = watched.catch(|memory| program(&PrivateHeap::start(memory)?, watched));
    match done {
        Ok(Ok(())) => {}
        Ok(Err(error)) => panic!("the service: {error}"),
        Err(report) => panic!("the service: {report:?}"),
    }
}

/// What `measure` finds for each of these, in as many threads.
fn each<T: Send, R: Send>(all: Vec<T>, measure: impl Fn(T) -> R + Sync) -> Vec<R> {
    let measure = &measure;
    thread::scope(|scope| {
        let threads: Vec<_> = (all.into_iter())
            .map(|one| scope.spawn(move || measure(one)))
            .collect();
        let join = |thread: thread::ScopedJoinHandle<'_, R>| {
            thread
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}

/// Bars of the pages that were copied.
fn shared() -> Picture {
    let caption = "Pages that parent and child share after a fork, and how many of them were copied because the child wrote to them. The parent had loaded the service and collected its garbage. A full collection in the child finds nothing dead, and writes to the head of every container all the same, unless they were frozen. What the requests write to is copied in any case.";
    let cases = vec![
        ("gc.collect(2)", false, 0, true),
        ("frozen, gc.collect(2)", true, 0, true),
        ("20 requests", false, 20, false),
        ("the same, gc.collect(2)", false, 20, true),
        ("frozen, the same", true, 20, true),
    ];
    let rows = each(cases, |(what, freeze, requests, full)| {
        forked(what, freeze, requests, full)
    });
    let (mut body, mut text) = (String::new(), String::new());
    for (index, row) in rows.iter().enumerate() {
        let y = 4 + 56 * index;
        let Copied {
            what,
            shared,
            copied,
        } = row;
        let width = (412 * copied / (*shared).max(1)) as usize;
        let count = format!("{copied} of {shared} pages");
        body += &words(4, y + 14, false, what);
        body += &words(416, y + 14, true, &count);
        body += &rect([4, y + 22, 412, 22], 0.0);
        body += &rect([4, y + 22, width, 22], 0.35);
        let cells = (40 * copied / (*shared).max(1)) as usize;
        let bar = format!("{}{}", "█".repeat(cells), "·".repeat(40 - cells));
        let _ = writeln!(text, "{what:24} |{bar}| {count}");
    }
    Picture {
        text,
        ..model("08-shared", caption, (420, 4 + 56 * rows.len()), &body)
    }
}

// ------------------------------------------------------------------ thresholds

/// What a run of the service costs with some thresholds.
#[derive(Clone, Copy, Debug)]
struct Cost {
    thresholds: [u64; 3],
    longest: u64,
    total: u64,
    arenas: u64,
    collections: [u64; 3],
}

fn cost(thresholds: [u64; 3]) -> Cost {
    let mut cost = Cost {
        thresholds,
        longest: 0,
        total: 0,
        arenas: 0,
        collections: [0; 3],
    };
    run(&new_watched(), |manager, watched| {
        let heap = manager.heap();
        manager::pauses::measure(&heap)?;
        manager.set_threshold(&thresholds);
        load(&heap)?;
        let service = Service::start(&heap, Parameters::SMALL)?;
        for _ in 0..6_000 {
            service.request(&heap)?;
        }
        // Pool headers are the allocator's.
        let figures = watched.quietly(|_| manager.statistics());
        cost.longest = figures.pause_longest;
        cost.total = figures.pause_total;
        cost.arenas = figures.arenas_peak / Classic::ARENA_SIZE;
        cost.collections = figures.collections;
        Ok(())
    });
    cost
}

/// The costs of some choices, CPython's own first. They are measured once.
fn costs() -> &'static [Cost] {
    static COSTS: OnceLock<Vec<Cost>> = OnceLock::new();
    COSTS.get_or_init(|| {
        let choices = vec![
            [700, 10, 10],
            [100, 10, 10],
            [700, 3, 3],
            [50_000, 10, 10],
            [100, 10, 1_000],
        ];
        each(choices, cost)
    })
}

/// One of the three costs.
type Figure = fn(&Cost) -> u64;

/// A row for each choice of thresholds, with a bar for each of three costs.
fn pauses() -> Picture {
    let caption = "The service answers 6,000 requests with different thresholds. Pauses are counted in thousands of words that a collection reads and writes; memory is the most arenas that there were at once, of 256 KiB each. CPython's own thresholds stand first. No row is the best in all three columns.";
    let rows = costs();
    let columns: [(&str, Figure); 3] = [
        ("longest", |row| row.longest / 1000),
        ("all pauses", |row| row.total / 1000),
        ("arenas", |row| row.arenas),
    ];
    let (mut body, mut text) = (String::new(), format!("{:16}", "thresholds"));
    body += &words(4, 16, false, "thresholds");
    for (column, (name, value)) in columns.iter().enumerate() {
        let x = 128 + 98 * column;
        body += &words(x, 16, false, name);
        let _ = write!(text, "{name:>12}");
        let most = rows.iter().map(value).max().unwrap_or(1).max(1);
        for (index, row) in rows.iter().enumerate() {
            let y = 26 + 34 * index;
            let width = (90 * value(row) / most) as usize;
            body += &rect([x, y, 90, 26], 0.0);
            body += &rect([x, y, width, 26], 0.2);
            body += &words(x + 6, y + 18, false, &thousands(value(row)));
        }
    }
    text += "   collections\n";
    for (index, row) in rows.iter().enumerate() {
        let name = row.thresholds.map(|number| number.to_string()).join(", ");
        body += &words(4, 26 + 34 * index + 18, false, &name);
        let _ = write!(text, "{name:16}");
        for (_, value) in columns {
            let _ = write!(text, "{:>12}", thousands(value(row)));
        }
        let [young, middle, old] = row.collections;
        let _ = writeln!(text, "   {young}, {middle}, {old}");
    }
    Picture {
        text,
        ..model("08-pauses", caption, (420, 26 + 34 * rows.len()), &body)
    }
}

// ------------------------------------------------------------------ turns

/// What a thread does in one millisecond.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Does {
    /// It has not begun, or has ended.
    Nothing,
    /// It has the lock.
    Holds,
    /// It has asked for the lock.
    Waits,
    /// It waits for something else, without the lock.
    Away,
}

/// A part of a thread's life: milliseconds of work that needs the lock, or without it.
#[derive(Clone, Copy, Debug)]
enum Part {
    Work(u64),
    Away(u64),
}

struct Thread {
    name: &'static str,
    begins: u64,
    parts: Vec<Part>,
    number: Option<u64>,
    /// Since when it waits.
    asked: u64,
    holds: bool,
    row: Vec<Does>,
}

/// How long a thread waits before it asks, in milliseconds.
const INTERVAL: u64 = 5;
/// How many milliseconds are drawn.
const DRAWN: u64 = 48;

/// Three threads on lab 8's [`Turns`], a millisecond at a time.
fn schedule() -> Vec<Thread> {
    let thread = |name, begins, parts: &[Part]| Thread {
        name,
        begins,
        parts: parts.to_vec(),
        number: None,
        asked: 0,
        holds: false,
        row: Vec::new(),
    };
    use Part::{Away, Work};
    let mut threads = vec![
        thread("A", 0, &[Work(30)]),
        thread("B", 4, &[Work(12)]),
        thread("C", 0, &[Work(2), Away(16), Work(2), Away(12), Work(2)]),
    ];
    let mut turns = Turns::new(());
    // Since when it is whose turn. Who waits begins to count anew when that changes.
    let (mut turn, mut since) = (0, 0);
    for now in 0..DRAWN {
        // Safe points: who has nothing more to do with the lock, or was asked for it, gives it up.
        let waits = |thread: &Thread| thread.number.is_some() && !thread.holds;
        let long = |thread: &Thread| now - thread.asked.max(since) >= INTERVAL;
        let asked = threads.iter().any(|thread| waits(thread) && long(thread));
        for thread in &mut threads {
            let done = !matches!(thread.parts.first(), Some(Part::Work(_)));
            if thread.holds && (done || asked) {
                turns.leave(());
                thread.holds = false;
                thread.number = (!done).then(|| turns.ask());
                thread.asked = now;
            }
        }
        for thread in &mut threads {
            let works = matches!(thread.parts.first(), Some(Part::Work(_)));
            if now >= thread.begins && works && thread.number.is_none() {
                thread.number = Some(turns.ask());
                thread.asked = now;
            }
        }
        for thread in &mut threads {
            if let Some(number) = thread.number
                && !thread.holds
            {
                thread.holds = turns.enter(number).is_some();
            }
        }
        if turns.turn != turn {
            (turn, since) = (turns.turn, now);
        }
        for thread in &mut threads {
            thread.millisecond(now);
        }
    }
    threads
}

impl Thread {
    /// Does what it can in this millisecond.
    fn millisecond(&mut self, now: u64) {
        let does = match self.parts.first_mut() {
            _ if now < self.begins => Does::Nothing,
            None => Does::Nothing,
            Some(Part::Work(_)) if !self.holds => Does::Waits,
            Some(Part::Work(left)) => {
                *left -= 1;
                Does::Holds
            }
            Some(Part::Away(left)) => {
                *left -= 1;
                Does::Away
            }
        };
        self.row.push(does);
        if let Some(Part::Work(0) | Part::Away(0)) = self.parts.first() {
            self.parts.remove(0);
            if !self.holds {
                self.number = None;
            }
        }
    }
}

/// A row for each thread.
fn turns() -> Picture {
    let caption = "Three threads and one lock, a millisecond a column, with a switch interval of 5 ms. A computes, and holds the lock until another thread has waited for 5 ms. B computes too. C releases the lock around each long wait, and then waits for its turn again. Computed with the lab's `Turns`.";
    let threads = schedule();
    let (left, cell) = (26, 8);
    let mut body = String::from(
        "<defs><pattern id='waits' width='5' height='5' patternUnits='userSpaceOnUse'>\
         <path d='M0 5L5 0' stroke='currentColor' stroke-opacity='0.55'/></pattern></defs>",
    );
    let mut text = String::new();
    for (index, thread) in threads.iter().enumerate() {
        let y = 10 + 44 * index;
        body += &words(4, y + 19, false, thread.name);
        let _ = write!(text, "{}  ", thread.name);
        let mut from = 0;
        while from < thread.row.len() {
            let does = thread.row[from];
            let run = thread.row[from..].iter().take_while(|&&d| d == does);
            let count = run.count();
            let (x, w) = (left + cell * from, cell * count);
            match does {
                Does::Nothing => {}
                Does::Holds => {
                    body += &rect([x, y, w, 28], 0.35);
                    if count > 1 {
                        let digits = count.to_string();
                        let middle = x + w / 2 - 4 * digits.len();
                        body += &words(middle, y + 19, false, &digits);
                    }
                }
                Does::Waits => {
                    let _ = write!(
                        body,
                        "<rect x='{x}' y='{}' width='{w}' height='12' fill='url(#waits)' \
                         stroke='currentColor' stroke-opacity='0.6'/>",
                        y + 8
                    );
                }
                Does::Away => {
                    let middle = y + 14;
                    let _ = write!(
                        body,
                        "<path d='M{x} {middle}h{w}' stroke='currentColor' stroke-width='2' \
                         stroke-dasharray='3 4' fill='none'/>"
                    );
                }
            }
            from += count;
        }
        for does in &thread.row {
            text.push(match does {
                Does::Nothing => ' ',
                Does::Holds => '█',
                Does::Waits => '/',
                Does::Away => '-',
            });
        }
        text.push('\n');
    }
    let y = 10 + 44 * threads.len();
    let mut scale = String::from("   ");
    for at in (0..=DRAWN as usize).step_by(10) {
        let x = left + cell * at;
        let _ = write!(
            body,
            "<path d='M{x} 6V{}' stroke='currentColor' stroke-opacity='0.25'/>",
            y - 6
        );
        body += &words(x - 4, y + 8, false, &at.to_string());
        let _ = write!(scale, "{at:<10}");
    }
    text += scale.trim_end();
    text += " ms\n";
    // What the fillings mean.
    let key = y + 32;
    body += &rect([4, key - 12, 24, 16], 0.35);
    body += &words(34, key, false, "holds");
    let _ = write!(
        body,
        "<rect x='120' y='{}' width='24' height='12' fill='url(#waits)' stroke='currentColor' \
         stroke-opacity='0.6'/><path d='M266 {}h24' stroke='currentColor' stroke-width='2' \
         stroke-dasharray='3 4' fill='none'/>",
        key - 10,
        key - 5
    );
    body += &words(150, key, false, "waits for it");
    body += &words(296, key, false, "waits without it");
    text += "█ holds the lock   / waits for it   - waits for something else, without it\n";
    Picture {
        text: text
            .lines()
            .map(str::trim_end)
            .collect::<Vec<_>>()
            .join("\n")
            + "\n",
        ..model("08-turns", caption, (426, key + 12), &body)
    }
}

// ------------------------------------------------------------------ the program

/// Chapter 8: everything.
pub const MANAGED: Lab = Lab {
    types: &Table::<Ticks>::TYPES,
    start: manager::start::<Classic>,
    drop: decref,
};

/// The program with every layer.
fn whole() -> Result<Picture, ObjectError> {
    let memory = run_on(MANAGED, PYMALLOC, Step::F1Returned)?;
    Ok(Draw::new(
        "08-whole",
        "The program at the end of `main`, with all that the eight labs built: regions, frames, objects and their counts, the generations of the collector, the free lists, and the pools and the arena that all of it lies in. Nothing is kept on a free list: no float, list, dict or tuple has died yet.",
    )
    .parts(PoolParts {
        lists: false,
        ..PoolParts::ARENAS
    })
    .whole(&memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_served_by_one_layer() {
        let served = served().unwrap();
        assert!(served.objects - served.kept <= served.small + served.large);
        assert!(served.arenas <= served.pools && served.pools < served.small);
        // Only an arena, or a large request, may need more of the heap.
        assert!(served.grown <= served.arenas + served.large);
        assert!(10 * served.kept > 7 * served.objects);
    }

    #[test]
    fn a_picture_of_the_running_service_has_no_problems() {
        let memory = Memory::new(1 << 24).unwrap();
        let manager = PrivateHeap::<Classic, Ticks>::start(&memory).unwrap();
        let heap = manager.heap();
        manager::pauses::measure(&heap).unwrap();
        load(&heap).unwrap();
        let parameters = Parameters {
            sessions: 20,
            log: 20,
            ..Parameters::SMALL
        };
        let service = Service::start(&heap, parameters).unwrap();
        for request in 0..60 {
            service.request(&heap).unwrap();
            if request % 20 == 0 {
                manager.collect(request / 20);
            }
            let seen = picture::Picture::of(&memory.snapshot(), &picture::Names::new());
            assert!(!seen.truncated);
            assert_eq!(seen.problems, [], "after {request} requests");
            let kept = seen.kept.iter().flat_map(|kept| &kept.lists);
            let count: usize = kept.map(|list| list.objects.len()).sum();
            assert_eq!(count as u64, manager.statistics().kept);
        }
    }

    #[test]
    fn what_is_frozen_is_not_copied_by_a_collection() {
        let plain = forked("", false, 0, true);
        let frozen = forked("", true, 0, true);
        assert_eq!(plain.shared, frozen.shared);
        assert!(frozen.copied <= 3, "{}", frozen.copied);
        assert!(3 * plain.copied > plain.shared, "{}", plain.copied);
    }

    #[test]
    fn no_thresholds_are_the_best_in_everything() {
        let rows = costs();
        let best = |value: Figure| {
            let least = rows.iter().map(value).min();
            let best = rows.iter().filter(|row| Some(value(row)) == least);
            best.map(|row| row.thresholds).collect::<Vec<_>>()
        };
        let [longest, total, arenas] = [
            best(|row| row.longest),
            best(|row| row.total),
            best(|row| row.arenas),
        ];
        let all = |row: &&[u64; 3]| total.contains(row) && arenas.contains(row);
        assert_eq!(longest.iter().find(all), None);
    }

    #[test]
    fn one_thread_holds_the_lock_and_nobody_waits_for_ever() {
        let threads = schedule();
        for now in 0..DRAWN as usize {
            let holds = threads.iter().filter(|t| t.row[now] == Does::Holds);
            assert!(holds.count() <= 1, "{now}");
        }
        for thread in &threads {
            assert!(thread.parts.is_empty() || thread.name == "A");
            let waits = thread.row.split(|does| *does != Does::Waits);
            // Two others may have their interval first, and each a rest of it.
            let longest = waits.map(<[Does]>::len).max().unwrap_or(0);
            assert!(longest as u64 <= 2 * INTERVAL, "{}: {longest}", thread.name);
        }
    }

    #[test]
    fn each_picture_has_a_twin() {
        for picture in pictures() {
            assert!(picture.name.starts_with("08-"), "{}", picture.name);
            assert!(picture.text.lines().count() > 3, "{}", picture.text);
            let widest = picture.text.lines().map(|line| line.chars().count()).max();
            assert!(widest <= Some(100), "{}", picture.text);
        }
    }
}
