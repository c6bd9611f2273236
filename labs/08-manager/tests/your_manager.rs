//! What `cargo test -p manager` shows at its end, when all tests have passed: your manager's figures,
//! beside CPython's. It is no test: nothing here fails, whatever the figures are.

use std::cell::Cell;
use std::fmt::Write;
use std::io::Read;
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use manager::service::{Parameters, Service, load};
use manager::{PrivateHeap, Table, index, pauses};
use memory::manager::{FreeLists, Wall};
use memory::object::PyTypeObject;
use memory::pool::walk::walk;
use memory::{Addr, Allocator, Domain, GcState, Heap, Manager, Memory, MemoryError, Modern, Slots};
use objects::ObjectError;

const REQUESTS: u64 = 12_000;
const PARAMETERS: Parameters = Parameters {
    sessions: 600,
    log: 600,
    seed: 1,
    ageing: false,
};

/// The same program in Python.
const SERVICE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../../labs/08-manager/service.py"
);

/// What it printed on CPython 3.11, for machines that have none.
const RECORDED: &str = include_str!("service.3.11.json");

/// What a run of the service says.
#[derive(Debug)]
struct Figures {
    /// Of each generation.
    collections: Vec<u64>,
    collected: u64,
    /// In nanoseconds.
    collecting: u64,
    longest: u64,
    p99: u64,
    /// Of memory, in bytes.
    peak: u64,
    blocks: u64,
}

/// Also on the reference, so it has a name.
pub(crate) fn main() -> ExitCode {
    // `cargo test … task_8_9` asks for some tests, and `--list` for their names.
    let asked = |word: String| !word.starts_with('-') || word == "--list" || word == "--ignored";
    if std::env::args().skip(1).any(asked) {
        return ExitCode::SUCCESS;
    }
    let (python, whence) = cpython();
    let shown = yours().and_then(|yours| Ok((yours, parts()?)));
    match shown {
        Ok((yours, parts)) => {
            println!("{}", report(&yours, python.as_ref(), &whence, &parts));
            ExitCode::SUCCESS
        }
        Err(error) => {
            println!("the service came to no end: {error}");
            ExitCode::FAILURE
        }
    }
}

// ------------------------------------------------------------------ your manager

/// The service on your manager.
fn yours() -> Result<Figures, ObjectError> {
    let memory = Memory::new(1 << 30)?;
    let manager = PrivateHeap::<Modern, Wall>::start(&memory)?;
    let heap = manager.heap();
    let before = ready(&manager)?;
    pauses::measure(&heap)?;
    serve(&heap)?;
    let after = manager.statistics();
    Ok(Figures {
        collections: (0..3)
            .map(|at| after.collections[at] - before.collections[at])
            .collect(),
        collected: after.collected - before.collected,
        collecting: after.pause_total,
        longest: after.pause_longest,
        p99: after.pause_p99,
        peak: after.heap,
        blocks: after.blocks,
    })
}

/// As `service.py` does it: what is there by now is none of the service's, and the counts are 0.
fn ready(manager: &dyn Manager) -> Result<memory::manager::Statistics, ObjectError> {
    load(&manager.heap())?;
    manager.collect(2);
    generations::freeze::freeze(&manager.heap());
    manager.collect(2);
    Ok(manager.statistics())
}

fn serve(heap: &Heap) -> Result<(), ObjectError> {
    let service = Service::start(heap, PARAMETERS)?;
    (0..REQUESTS).try_for_each(|_| service.request(heap))
}

thread_local! {
    /// Objects from free lists; blocks from pools; blocks from the raw allocator.
    static SERVED: [Cell<u64>; 3] = const { [const { Cell::new(0) }; 3] };
}

fn served(part: usize) {
    SERVED.with(|served| served[part].set(served[part].get() + 1));
}

/// The object domain, counted.
const COUNTED: Allocator = Allocator {
    malloc: |memory, size| {
        served(if size <= 512 { 1 } else { 2 });
        (manager::start::allocator::<Modern>(Domain::Object).malloc)(memory, size)
    },
    realloc: |memory, block, size| {
        served(if size <= 512 { 1 } else { 2 });
        (manager::start::allocator::<Modern>(Domain::Object).realloc)(memory, block, size)
    },
    free: |memory, block| {
        (manager::start::allocator::<Modern>(Domain::Object).free)(memory, block);
    },
};

/// Your types, with what their free lists give counted.
const TYPES: [Slots; index::COUNT] = {
    let mut types = Table::<Wall>::TYPES;
    types[index::FLOAT as usize].alloc = counted;
    types[index::LIST as usize].alloc = counted;
    types[index::DICT as usize].alloc = counted;
    types[index::TUPLE as usize].alloc = counted;
    types
};

/// Asks the type's own slot. If it calls no allocator, the object was kept.
fn counted(heap: &Heap, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
    let lists = FreeLists::of(heap.memory);
    let kept = || {
        let tuples = manager::freelist::tuples(heap, nitems);
        let tuples = tuples.map_or(0, |tuples| tuples.numfree().get());
        let stacks = lists.lists().numfree().get() + lists.dicts().numfree().get();
        lists.float_numfree().get() + stacks + tuples
    };
    let before = kept();
    let slot = PyTypeObject::at(heap.memory, ty).tp_slots().get();
    let op = (Table::<Wall>::TYPES[slot as usize].alloc)(heap, ty, nitems)?;
    if kept() + 1 == before {
        served(0);
    }
    Ok(op)
}

/// Which part of the manager served how many requests for memory, and how many pools there are at the
/// end. In a run of its own: to count takes time.
fn parts() -> Result<[u64; 4], ObjectError> {
    let memory = Memory::new(1 << 30)?;
    let heap = Heap {
        memory: &memory,
        object: COUNTED,
        types: &TYPES,
    };
    manager::start::<Modern>(&heap)?;
    load(&heap)?;
    GcState::of(&memory).generation(0).count().set(0);
    SERVED.with(|served| served.iter().for_each(|part| part.set(0)));
    serve(&heap)?;
    let pools = walk(&memory).map_or(0, |walk| walk.pools().count() as u64);
    let [kept, small, large] = SERVED.with(|served| [0, 1, 2].map(|part| served[part].get()));
    Ok([kept, small, large, pools])
}

// ------------------------------------------------------------------ CPython

/// CPython's figures, and where they come from.
fn cpython() -> (Option<Figures>, String) {
    for program in ["python3.11", "python3"] {
        let version = output(program, &["-V"], Duration::from_secs(2)).unwrap_or_default();
        if !version.starts_with("Python 3.11") {
            continue;
        }
        let numbers = [
            REQUESTS,
            PARAMETERS.sessions,
            PARAMETERS.log,
            PARAMETERS.seed,
        ];
        let numbers = numbers.map(|number| number.to_string());
        let mut arguments = vec![SERVICE];
        arguments.extend(numbers.iter().map(String::as_str));
        let text = output(program, &arguments, Duration::from_secs(20));
        if let Some(figures) = text.as_deref().and_then(parse) {
            let words = format!("{}, measured here and now", version.trim());
            return (Some(figures), words);
        }
    }
    let version = word(RECORDED, "python").unwrap_or_default();
    let words =
        format!("Python {version}, recorded on another machine: there is no CPython 3.11 here");
    (parse(RECORDED), words)
}

/// What a program prints, if it comes to its end in time.
fn output(program: &str, arguments: &[&str], patience: Duration) -> Option<String> {
    let mut command = Command::new(program);
    command.args(arguments);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().ok()?;
    let begun = Instant::now();
    let status = loop {
        match child.try_wait().ok()? {
            Some(status) => break status,
            None if begun.elapsed() > patience => {
                let _ = child.kill();
                let _ = child.wait();
                return None;
            }
            None => std::thread::sleep(Duration::from_millis(5)),
        }
    };
    let mut text = String::new();
    child.stdout.take()?.read_to_string(&mut text).ok()?;
    status.success().then_some(text)
}

/// The line of JSON that `service.py` prints.
fn parse(json: &str) -> Option<Figures> {
    let number = |name: &str| word(json, name)?.parse::<u64>().ok();
    let numbers = |name: &str| {
        let all = after(json, name)?
            .trim_start_matches('[')
            .split(']')
            .next()?;
        let all: Result<Vec<u64>, _> = all.split(',').map(|one| one.trim().parse()).collect();
        all.ok()
    };
    Some(Figures {
        collections: numbers("collections")?,
        collected: numbers("collected")?.iter().sum(),
        collecting: number("collecting_ns")?,
        longest: number("longest_pause_ns")?,
        p99: number("p99_pause_ns")?,
        peak: number("peak_resident_bytes")? - number("startup_resident_bytes")?,
        blocks: number("allocated_blocks")?,
    })
}

/// What stands behind `"name": `.
fn after<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let (_, rest) = json.split_once(&format!("\"{name}\":"))?;
    Some(rest.trim_start())
}

fn word<'a>(json: &'a str, name: &str) -> Option<&'a str> {
    let rest = after(json, name)?;
    rest.split([',', '}'])
        .next()
        .map(|word| word.trim_matches('"'))
}

// ------------------------------------------------------------------ the table

fn report(yours: &Figures, python: Option<&Figures>, whence: &str, parts: &[u64; 4]) -> String {
    let mut text = format!(
        "\nYour manager, and CPython: the service in miniature, {} requests, {} sessions\n{:<36}{:>14}{:>14}\n",
        thousands(REQUESTS),
        thousands(PARAMETERS.sessions),
        "",
        "your manager",
        "CPython 3.11"
    );
    let mut row = |name: &str, show: fn(u64) -> String, value: &dyn Fn(&Figures) -> u64| {
        let python = python.map_or("".to_owned(), |python| show(value(python)));
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<34}{:>14}{python:>14}", show(value(yours)));
    };
    for at in 0..3 {
        let name = format!("collections of generation {at}");
        row(&name, thousands, &move |figures| {
            figures.collections.get(at).copied().unwrap_or(0)
        });
    }
    row("objects that they found dead", thousands, &|one| {
        one.collected
    });
    row("all collections, ms", milliseconds, &|one| one.collecting);
    row("longest pause, ms", milliseconds, &|one| one.longest);
    row("99 of 100 pauses at most, ms", milliseconds, &|one| one.p99);
    row("most memory, MiB", mebibytes, &|one| one.peak);
    row("blocks in pools at the end", thousands, &|one| one.blocks);
    let [kept, small, large, pools] = parts.map(thousands);
    let _ = writeln!(
        text,
        "\n  Who served your program: free lists {kept} objects, pools {small} blocks, the raw allocator\n  \
         {large} large ones. {pools} pools are in use at the end.\n\n  CPython: {whence}.\n  Its memory is the \
         process's, less what it had before the service began; its blocks are all of\n  the interpreter's. \
         Yours are the heap region and your pools.\n  The dead are not exactly as many: with a few containers more or less, such as the interpreter's own,\n  \
         a collection comes at another place of a request. (A few more before the service begins change\n  \
         CPython's own number as much.)"
    );
    text.push_str(
        "  Your times are too long: a test's memory can be watched, and each access asks whether it is.\n",
    );
    if cfg!(debug_assertions) {
        text.push_str(
            "  And this is a debug build. Times of a release build, when all your labs are done:\n  \
             cargo test --release -p manager --test your_manager\n",
        );
    }
    text
}

fn thousands(value: u64) -> String {
    let digits = value.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn milliseconds(nanoseconds: u64) -> String {
    format!("{:.2}", nanoseconds as f64 / 1e6)
}

fn mebibytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}
