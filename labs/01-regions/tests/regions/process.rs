//! Tasks 1.6 to 1.12: the model process.

use exam::MemoryExam;
use memory::frame::c_string;
use memory::{Addr, Code, Frame, Memory, MemoryError, PAGE, Region, Root, addr::round_up};
use regions::{
    Sizes, grow_heap, layout, load_code, pop_frame, push_frame, reserve, shrink_heap, static_alloc,
};

/// The range of most tests: 64 KiB, 16 pages.
const SMALL: u64 = 1 << 16;

/// Two pages of text, three of data. The heap starts at 0x7000.
const SIZES: Sizes = Sizes {
    text: 2 * PAGE,
    data: 3 * PAGE,
};

/// Rooms that leave two pages of a small range to the heap and the stack together. The heap starts
/// at 0xe000.
const TIGHT: Sizes = Sizes {
    text: 6 * PAGE,
    data: 6 * PAGE,
};

/// Whose work later tasks' tests stand on.
const PUSHED: &str =
    "frames are pushed with your `push_frame`: if that is wrong, do task 1.9 first";
const GROWS: &str = "the heap is grown with your `grow_heap`: if that is wrong, do task 1.11 first";

fn lay_out(exam: &MemoryExam, sizes: Sizes) {
    let label = format!("layout(text: {:#x}, data: {:#x})", sizes.text, sizes.data);
    exam.try_event(label, |memory| layout(memory, sizes));
}

/// A region's `start`, `end` and `limit`.
fn record(memory: &Memory, region: Region) -> [u64; 3] {
    let record = Root::of(memory).region(region);
    [record.start(), record.end(), record.limit()].map(|field| field.get())
}

fn row(region: Region, [start, end, limit]: [u64; 3]) -> String {
    let name = region.to_string();
    format!("{name:<6} start {start:#09x}   end {end:#09x}   limit {limit:#09x}\n")
}

/// Expects these `start`, `end` and `limit` of some regions.
fn expect(exam: &MemoryExam, expected: &[(Region, [u64; 3])]) {
    let expected: Vec<_> = expected.to_vec();
    let mut wanted = String::new();
    let mut found = String::new();
    for (region, numbers) in expected {
        wanted += &row(region, numbers);
        found += &row(region, exam.quietly(|memory| record(memory, region)));
    }
    exam.equal_text("the records of the regions", &wanted, &found);
}

/// All four records and the running frame, as text.
fn state(exam: &MemoryExam) -> String {
    exam.quietly(|memory| {
        let rows = Region::ALL.map(|region| row(region, record(memory, region)));
        let frame = Root::of(memory).frame().get();
        format!("{}running frame {frame:?}\n", rows.concat())
    })
}

/// Does something that must fail with `error`, and must change nothing.
fn refused<T: std::fmt::Debug>(
    exam: &MemoryExam,
    label: &str,
    error: MemoryError,
    code: impl FnOnce(&Memory) -> Result<T, MemoryError>,
) {
    let before = state(exam);
    let result = exam.event(label, code);
    exam.equal(label, error, exam.err(label, result));
    exam.equal_text("the records after the error", &before, &state(exam));
}

#[test]
fn task_1_6_the_four_records() {
    exam::task(
        "1.6",
        "the regions lie one behind the other, each on a page",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        let sizes = Sizes {
            text: 0x1800,
            data: 0x2001,
        };
        lay_out(exam, sizes);
        expect(
            exam,
            &[
                (Region::Text, [0x2000, 0x2000, 0x4000]),
                (Region::Data, [0x4000, 0x4000, 0x7000]),
                (Region::Heap, [0x7000, 0x7000, 0x400_0000]),
                (Region::Stack, [0x400_0000, 0x400_0000, 0x7000]),
            ],
        );
    });
}

#[test]
fn task_1_6_only_the_records_are_written() {
    exam::task("1.6", "layout writes twelve words, all in the root")
        .memory()
        .counts(false)
        .run(|exam| {
            let before = exam.pages_touched();
            lay_out(exam, SIZES);
            exam.at_most("words stored by layout", 12, exam.work().stores);
            exam.at_most("pages touched by layout", before + 1, exam.pages_touched());
            let word = exam.word(Addr::at(PAGE + 40));
            exam.equal("the word in front of the four records", 0, word);
            let word = exam.word(Addr::at(PAGE + 144));
            exam.equal("the word behind the four records", 0, word);
        });
}

#[test]
fn task_1_6_an_exact_fit() {
    exam::task(
        "1.6",
        "rooms that just leave a page each for heap and stack fit",
    )
    .memory()
    .counts(false)
    .size(SMALL)
    .run(|exam| {
        lay_out(exam, TIGHT);
        expect(
            exam,
            &[
                (Region::Text, [0x2000, 0x2000, 0x8000]),
                (Region::Data, [0x8000, 0x8000, 0xe000]),
                (Region::Heap, [0xe000, 0xe000, 0x10000]),
                (Region::Stack, [0x10000, 0x10000, 0xe000]),
            ],
        );
    });
}

#[test]
fn task_1_6_too_much_does_not_fit() {
    exam::task(
        "1.6",
        "rooms that do not fit are refused, and nothing is written",
    )
    .memory()
    .counts(false)
    .size(SMALL)
    .run(|exam| {
        let max = u64::MAX;
        for (text, data, needed) in [
            (6 * PAGE + 1, 6 * PAGE, 0x11000),
            (6 * PAGE, 6 * PAGE + 1, 0x11000),
            (6 * PAGE, 7 * PAGE, 0x11000),
            (0, 0x100_0000, 0x100_4000),
            (max, 0, max),
            (0, max, max),
            (1 << 63, 1 << 63, max),
            (max - 0x3fff, 0, max),
        ] {
            let label = format!("layout(text: {text:#x}, data: {data:#x})");
            let size = SMALL;
            let error = MemoryError::DoesNotFit { needed, size };
            refused(exam, &label, error, |memory| {
                layout(memory, Sizes { text, data })
            });
        }
    });
}

#[test]
fn task_1_7_static_storage_is_aligned() {
    exam::task("1.7", "reserved bytes begin at a multiple of the alignment")
        .memory()
        .counts(false)
        .run(|exam| {
            lay_out(exam, SIZES);
            let step = exam.quietly(|memory| Root::of(memory).alignment().get());
            let mut next = 0x4000;
            for bytes in [1, 24, 40, 8, 0, 3, 100] {
                let label = format!("reserve(data, {bytes})");
                let addr = exam.try_event(label, |memory| reserve(memory, Region::Data, bytes));
                exam.equal("the address", Addr::at(next), addr);
                let [_, end, _] = exam.quietly(|memory| record(memory, Region::Data));
                exam.equal(
                    "end of data",
                    format!("{:#x}", next + bytes),
                    format!("{end:#x}"),
                );
                next = round_up(next + bytes, step).expect("a small number");
            }
        });
}

#[test]
fn task_1_7_text_and_data_are_apart() {
    exam::task(
        "1.7",
        "each region has an end of its own, and the others stay",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let text = exam.try_event("reserve(text, 48)", |m| reserve(m, Region::Text, 48));
        let data = exam.try_event("static_alloc(32)", |m| static_alloc(m, 32));
        exam.equal("address in text", Addr::at(0x2000), text);
        exam.equal("address in data", Addr::at(0x4000), data);
        expect(
            exam,
            &[
                (Region::Text, [0x2000, 0x2030, 0x4000]),
                (Region::Data, [0x4000, 0x4020, 0x7000]),
                (Region::Heap, [0x7000, 0x7000, 0x400_0000]),
                (Region::Stack, [0x400_0000, 0x400_0000, 0x7000]),
            ],
        );
        let region = exam.quietly(|m| Region::of(m, data.plus(31)));
        exam.equal("region of the last byte", Some(Region::Data), region);
        let region = exam.quietly(|m| Region::of(m, data.plus(32)));
        exam.equal("region of the byte behind it", None, region);
    });
}

#[test]
fn task_1_7_a_full_region_says_how_much_is_left() {
    exam::task(
        "1.7",
        "a region that is full refuses, and says what is left",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let full = |requested, available| MemoryError::RegionFull {
            region: Region::Data,
            requested,
            available,
        };
        let room = SIZES.data;
        let all = |m: &Memory| static_alloc(m, room + 1);
        refused(exam, "static_alloc(12289)", full(room + 1, room), all);
        let all = |m: &Memory| static_alloc(m, u64::MAX);
        refused(exam, "static_alloc(u64::MAX)", full(u64::MAX, room), all);
        exam.try_event("static_alloc(12000)", |m| static_alloc(m, 12_000));
        let more = |m: &Memory| static_alloc(m, 289);
        refused(exam, "static_alloc(289)", full(289, 288), more);
        exam.try_event("static_alloc(281)", |m| static_alloc(m, 281));
        let more = |m: &Memory| static_alloc(m, 1);
        refused(exam, "static_alloc(1)", full(1, 0), more);
    });
}

#[test]
fn task_1_7_no_page_is_touched() {
    exam::task(
        "1.7",
        "reserving moves a number and touches no page of the region",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let before = exam.pages_touched();
        let addr = exam.try_event("static_alloc(8192)", |m| static_alloc(m, 8192));
        exam.equal(
            "pages touched by static_alloc",
            0,
            exam.pages_touched() - before,
        );
        exam.event("the program writes a word into it", |m| m.store(addr, 1025));
        exam.equal(
            "pages touched by the program",
            1,
            exam.pages_touched() - before,
        );
    });
}

/// The function's name and those of its variables, as its code says.
fn names(memory: &Memory, code: Addr) -> Vec<String> {
    let code = Code::at(memory, code);
    let mut fields = vec![code.co_name()];
    fields.extend((0..code.co_nlocals().get().min(8)).map(|index| code.co_varname(index)));
    let name = |addr| match addr {
        Some(addr) => c_string(memory, addr),
        None => "NULL".to_owned(),
    };
    fields
        .into_iter()
        .map(|field| name(field.checked()))
        .collect()
}

fn load(exam: &MemoryExam, name: &str, varnames: &[&str]) -> Addr {
    let label = format!("load_code({name:?}, {varnames:?})");
    let code = exam.try_event(label, |memory| load_code(memory, name, varnames));
    exam.name(code, format!("code of {name}"));
    code
}

#[test]
fn task_1_8_code_names_its_variables() {
    exam::task(
        "1.8",
        "a code record leads to the names of the function and its variables",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        for (name, varnames) in [
            ("main", &["y", "z"][..]),
            ("f1", &["x"]),
            ("none", &[]),
            ("바퀴", &["폭", "수"]),
        ] {
            let code = load(exam, name, varnames);
            let nlocals = exam.quietly(|m| Code::at(m, code).co_nlocals().get());
            exam.equal("co_nlocals", varnames.len() as u64, nlocals);
            let mut expected = vec![name];
            expected.extend(varnames);
            exam.equal("the names", expected, exam.quietly(|m| names(m, code)));
            let region = exam.quietly(|m| Region::of(m, code));
            exam.equal("region of the code", Some(Region::Text), region);
        }
    });
}

#[test]
fn task_1_8_functions_do_not_overlap() {
    exam::task(
        "1.8",
        "a function that is loaded later leaves the earlier ones alone",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let first = load(exam, "f1", &["x", "total"]);
        let second = load(exam, "f2", &["x", "limit", "step"]);
        exam.equal(
            "names of f1",
            vec!["f1", "x", "total"],
            exam.quietly(|m| names(m, first)),
        );
        exam.equal(
            "names of f2",
            vec!["f2", "x", "limit", "step"],
            exam.quietly(|m| names(m, second)),
        );
        let [_, end, _] = exam.quietly(|m| record(m, Region::Text));
        let last = second.get() + Code::SIZE + 3 * 8;
        exam.equal("end of text", Addr::new(last), Addr::new(end));
    });
}

#[test]
fn task_1_8_names_come_first_and_in_order() {
    exam::task(
        "1.8",
        "the name, then the variables' names, then the record",
    )
    .memory()
    .counts(false)
    .alignments(&[16])
    .run(|exam| {
        lay_out(exam, SIZES);
        let code = load(exam, "f1", &["x", "a_name_of_16byte"]);
        exam.equal("the code", Addr::at(0x2040), code);
        let places = exam.quietly(|memory| {
            let code = Code::at(memory, code);
            [code.co_name(), code.co_varname(0), code.co_varname(1)].map(|field| field.get())
        });
        let expected = [0x2000, 0x2010, 0x2020].map(Addr::at);
        exam.equal("the names' places", expected, places);
    });
}

#[test]
fn task_1_8_text_can_be_full() {
    exam::task(
        "1.8",
        "a function that does not fit into the text region is refused",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        let text = PAGE;
        lay_out(exam, Sizes { text, data: 0 });
        exam.try_event("reserve(text, 4080)", |m| reserve(m, Region::Text, 4080));
        let result = exam.event("load_code(\"f1\", [\"x\"])", |m| load_code(m, "f1", &["x"]));
        let error = exam.err("load_code(\"f1\", [\"x\"])", result);
        let is_full = matches!(
            error,
            MemoryError::RegionFull {
                region: Region::Text,
                ..
            }
        );
        exam.check("the error is that the text region is full", is_full);
    });
}

/// Pushes a frame and gives it its function's name.
fn push(exam: &MemoryExam, name: &str, code: Addr) -> Addr {
    let frame = exam.try_event(format!("push_frame({name})"), |m| push_frame(m, code));
    exam.name(frame, format!("frame of {name}"));
    frame
}

/// What a frame says.
struct Says {
    code: Option<Addr>,
    previous: Option<Addr>,
    size: u64,
    bound: u64,
}

fn frame(memory: &Memory, addr: Addr) -> Says {
    let frame = Frame::at(memory, addr);
    let code = frame.f_code().checked();
    let nlocals = code.map_or(0, |code| Code::at(memory, code).co_nlocals().get());
    let is_bound = |&index: &u64| frame.local(index).get().is_some();
    Says {
        code,
        previous: frame.previous().get(),
        size: frame.size().get(),
        bound: (0..nlocals.min(8)).filter(is_bound).count() as u64,
    }
}

fn aligned(exam: &MemoryExam, size: u64) -> u64 {
    let step = exam.quietly(|memory| Root::of(memory).alignment().get());
    round_up(size, step).expect("a small number")
}

#[test]
fn task_1_9_a_call_pushes_a_frame() {
    exam::task(
        "1.9",
        "a frame lies below the top, and knows its code and its caller",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let main = load(exam, "main", &["y", "z"]);
        let f1 = load(exam, "f1", &["x"]);
        let mut top = exam.quietly(Memory::size);
        let mut caller = None;
        for (name, code, nlocals) in [("main", main, 2), ("f1", f1, 1), ("f1", f1, 1)] {
            let size = aligned(exam, 24 + 8 * nlocals);
            let addr = push(exam, name, code);
            exam.equal("the frame's address", Addr::at(top - size), addr);
            let says = exam.quietly(|m| frame(m, addr));
            exam.equal("f_code", Some(code), says.code);
            exam.equal("previous", caller, says.previous);
            exam.equal("size", size, says.size);
            exam.equal("bound variables", 0, says.bound);
            let running = exam.quietly(|m| Root::of(m).frame().get());
            exam.equal("the running frame", Some(addr), running);
            top -= size;
            caller = Some(addr);
            let page = top / PAGE * PAGE;
            expect(
                exam,
                &[
                    (Region::Heap, [0x7000, 0x7000, page]),
                    (Region::Stack, [top, 0x400_0000, 0x7000]),
                ],
            );
        }
    });
}

#[test]
fn task_1_9_variables_begin_unbound() {
    exam::task(
        "1.9",
        "a new frame's variables are unbound, whatever lay there before",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let code = load(exam, "f1", &["x", "y", "z"]);
        let first = push(exam, "f1", code);
        exam.event("x = y = z = 0xabc0, and the frame is popped by hand", |m| {
            for index in 0..3 {
                Frame::at(m, first).local(index).set(Addr::new(0xabc0));
            }
            let root = Root::of(m);
            root.region(Region::Stack).start().set(m.size());
            root.frame().set(None);
        });
        let second = push(exam, "f1", code);
        exam.equal("the place of the second frame", first, second);
        let says = exam.quietly(|m| frame(m, second));
        exam.equal("previous", None, says.previous);
        exam.equal("bound variables of the new frame", 0, says.bound);
    });
}

#[test]
fn task_1_9_stack_meets_heap() {
    exam::task(
        "1.9",
        "frames fill the room down to the heap, and no further",
    )
    .memory()
    .counts(false)
    .size(SMALL)
    .run(|exam| {
        lay_out(exam, TIGHT);
        let code = load(exam, "f", &["a", "b", "c", "d", "e"]);
        let mut last = code;
        for depth in 1..=128 {
            let label = format!("push_frame(f), 64 bytes, call {depth} of 128");
            last = exam.try_event(label, |m| push_frame(m, code));
        }
        exam.equal("the last frame", Addr::at(0xe000), last);
        let error = MemoryError::StackMeetsHeap {
            top: 0xdfc0,
            limit: 0xe000,
        };
        refused(exam, "push_frame(f), call 129", error, |m| {
            push_frame(m, code)
        });
        let says = exam.quietly(|m| frame(m, last));
        exam.equal("code of the last frame", Some(code), says.code);
        exam.equal("size of the last frame", 64, says.size);
        exam.equal("bound variables of the last frame", 0, says.bound);
    });
}

#[test]
fn task_1_9_a_frame_larger_than_the_range() {
    exam::task(
        "1.9",
        "a frame larger than all memory is refused, and nothing overflows",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let code = load(exam, "f", &["x"]);
        exam.event("the code says that it has 2^40 variables", |m| {
            Code::at(m, code).co_nlocals().set(1 << 40);
        });
        let error = MemoryError::StackMeetsHeap {
            top: 0,
            limit: 0x7000,
        };
        refused(exam, "push_frame(f)", error, |m| push_frame(m, code));
    });
}

#[test]
fn task_1_9_code_lies_in_text() {
    exam::task(
        "1.9",
        "an address that is not in the text region is no code",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let code = load(exam, "f", &["x"]);
        let data = exam.try_event("static_alloc(64)", |m| static_alloc(m, 64));
        let [_, end, _] = exam.quietly(|m| record(m, Region::Text));
        for (what, addr) in [
            ("an address in data", data),
            ("the end of text", Addr::at(end)),
            ("the page in front of text", Addr::at(0x1ff8)),
            ("an address beyond the range", code.plus(1 << 40)),
        ] {
            let region = Region::Text;
            let error = MemoryError::OutsideRegion { addr, region };
            let label = format!("push_frame({addr}), {what}");
            refused(exam, &label, error, |m| push_frame(m, addr));
        }
    });
}

#[test]
fn task_1_10_a_return_pops_the_frame() {
    exam::task(
        "1.10",
        "after a return the caller runs, and the stack is as before the call",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        exam.note(PUSHED);
        lay_out(exam, SIZES);
        let main = load(exam, "main", &["y", "z"]);
        let f1 = load(exam, "f1", &["x"]);
        let empty = state(exam);
        let first = push(exam, "main", main);
        exam.event("y = 0xabc0", |m| {
            Frame::at(m, first).local(0).set(Addr::new(0xabc0))
        });
        let before = state(exam);
        push(exam, "f1", f1);
        exam.try_event("pop_frame()", pop_frame);
        exam.equal_text("the state after the return from f1", &before, &state(exam));
        let says = exam.quietly(|m| frame(m, first));
        exam.equal("bound variables of main", 1, says.bound);
        exam.try_event("pop_frame()", pop_frame);
        exam.equal_text("the state after the return from main", &empty, &state(exam));
    });
}

#[test]
fn task_1_10_no_frame_to_pop() {
    exam::task(
        "1.10",
        "popping an empty stack is an error that changes nothing",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        exam.note(PUSHED);
        lay_out(exam, SIZES);
        refused(exam, "pop_frame()", MemoryError::NoFrame, pop_frame);
        let code = load(exam, "main", &[]);
        push(exam, "main", code);
        exam.try_event("pop_frame()", pop_frame);
        refused(
            exam,
            "pop_frame() once more",
            MemoryError::NoFrame,
            pop_frame,
        );
    });
}

#[test]
fn task_1_10_the_next_call_uses_the_same_bytes() {
    exam::task(
        "1.10",
        "a popped frame's bytes stay until the next call takes them",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        exam.note(PUSHED);
        lay_out(exam, SIZES);
        let f1 = load(exam, "f1", &["x"]);
        let f2 = load(exam, "f2", &["x"]);
        let first = push(exam, "f1", f1);
        let x = exam.quietly(|m| Frame::at(m, first).local(0).addr());
        exam.event("x = 0xabc0", |m| m.store(x, 0xabc0));
        exam.try_event("pop_frame()", pop_frame);
        exam.at_most("words stored by pop_frame", 3, exam.work().stores);
        exam.equal("the word where x was", 0xabc0, exam.word(x));
        let second = push(exam, "f2", f2);
        exam.equal("the place of f2's frame", first, second);
        exam.equal("the word where x is", 0, exam.word(x));
    });
}

#[test]
fn task_1_10_a_thousand_calls_and_returns() {
    exam::task(
        "1.10",
        "calls and returns in any order leave the right frame running",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        exam.note(PUSHED);
        lay_out(exam, SIZES);
        let functions = [
            load(exam, "none", &[]),
            load(exam, "one", &["a"]),
            load(exam, "four", &["a", "b", "c", "d"]),
        ];
        let mut random = exam.random();
        let mut stack: Vec<(Addr, Addr)> = Vec::new();
        for _ in 0..1000 {
            if stack.is_empty() || random.chance(11, 20) {
                let code = *random.pick(&functions);
                let addr = exam.try_event(format!("push_frame({code})"), |m| push_frame(m, code));
                if let Some(&(caller, _)) = stack.last() {
                    exam.check("the new frame lies below its caller's", addr < caller);
                }
                stack.push((addr, code));
            } else {
                exam.try_event("pop_frame()", pop_frame);
                stack.pop();
            }
            let running = exam.quietly(|m| Root::of(m).frame().get());
            let expected = stack.last().map(|&(addr, _)| addr);
            exam.equal("the running frame", expected, running);
            if let Some(&(addr, code)) = stack.last() {
                let found = exam.quietly(|m| Frame::at(m, addr).f_code().checked());
                exam.equal("its code", Some(code), found);
            }
        }
    });
}

#[test]
fn task_1_11_the_heap_grows_by_pages() {
    exam::task(
        "1.11",
        "growing returns the old end and moves it by whole pages",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        lay_out(exam, SIZES);
        let mut end = 0x7000;
        for (bytes, pages) in [(1, 1), (4096, 1), (4097, 2), (0, 0), (100_000, 25)] {
            let label = format!("grow_heap({bytes})");
            let begin = exam.try_event(label, |m| grow_heap(m, bytes));
            exam.equal("where the new bytes begin", Addr::at(end), begin);
            end += pages * PAGE;
            expect(
                exam,
                &[
                    (Region::Heap, [0x7000, end, 0x400_0000]),
                    (Region::Stack, [0x400_0000, 0x400_0000, end]),
                ],
            );
        }
    });
}

#[test]
fn task_1_11_no_page_is_touched() {
    exam::task("1.11", "a heap that grows costs nothing until it is used")
        .memory()
        .counts(false)
        .run(|exam| {
            lay_out(exam, SIZES);
            let before = exam.pages_touched();
            let begin = exam.try_event("grow_heap(1 MiB)", |m| grow_heap(m, 1 << 20));
            exam.equal(
                "pages touched by grow_heap",
                0,
                exam.pages_touched() - before,
            );
            exam.at_most("words stored by grow_heap", 2, exam.work().stores);
            let word = exam.word(begin.plus(0x8000));
            exam.equal("a word of the new bytes", 0, word);
            exam.event("the program writes a word into it", |m| {
                m.store(begin, 1025)
            });
            exam.equal(
                "pages touched by the program",
                1,
                exam.pages_touched() - before,
            );
        });
}

#[test]
fn task_1_11_a_full_heap_says_how_much_is_left() {
    exam::task("1.11", "a heap that is full refuses, and says what is left")
        .memory()
        .counts(false)
        .size(SMALL)
        .run(|exam| {
            lay_out(exam, SIZES);
            let full = |requested, available| MemoryError::RegionFull {
                region: Region::Heap,
                requested,
                available,
            };
            refused(exam, "grow_heap(36865)", full(36865, 36864), |m| {
                grow_heap(m, 36865)
            });
            refused(exam, "grow_heap(u64::MAX)", full(u64::MAX, 36864), |m| {
                grow_heap(m, u64::MAX)
            });
            exam.try_event("grow_heap(32768)", |m| grow_heap(m, 32768));
            refused(exam, "grow_heap(4097)", full(4097, 4096), |m| {
                grow_heap(m, 4097)
            });
            exam.try_event("grow_heap(4096)", |m| grow_heap(m, 4096));
            refused(exam, "grow_heap(1)", full(1, 0), |m| grow_heap(m, 1));
            let end = exam.try_event("grow_heap(0)", |m| grow_heap(m, 0));
            exam.equal("the end", Addr::at(0x10000), end);
        });
}

#[test]
fn task_1_11_heap_meets_stack() {
    exam::task("1.11", "heap and stack share what lies between them")
        .memory()
        .counts(false)
        .size(SMALL)
        .run(|exam| {
            exam.note(PUSHED);
            lay_out(exam, TIGHT);
            let code = load(exam, "f", &["a", "b", "c", "d", "e"]);
            push(exam, "f", code);
            let full = |requested, available| MemoryError::RegionFull {
                region: Region::Heap,
                requested,
                available,
            };
            refused(exam, "grow_heap(8192)", full(8192, 4096), |m| {
                grow_heap(m, 8192)
            });
            exam.try_event("grow_heap(4096)", |m| grow_heap(m, 4096));
            for depth in 2..=64 {
                let label = format!("push_frame(f), 64 bytes, call {depth} of 64");
                exam.try_event(label, |m| push_frame(m, code));
            }
            let error = MemoryError::StackMeetsHeap {
                top: 0xefc0,
                limit: 0xf000,
            };
            refused(exam, "push_frame(f), call 65", error, |m| {
                push_frame(m, code)
            });
            refused(exam, "grow_heap(1)", full(1, 0), |m| grow_heap(m, 1));
            for depth in (0..64).rev() {
                let label = format!("pop_frame(), {depth} calls are left");
                exam.try_event(label, pop_frame);
            }
            exam.try_event("grow_heap(4096)", |m| grow_heap(m, 4096));
            let error = MemoryError::StackMeetsHeap {
                top: 0xffc0,
                limit: 0x10000,
            };
            refused(exam, "push_frame(f)", error, |m| push_frame(m, code));
        });
}

#[test]
fn task_1_12_pages_go_back() {
    exam::task(
        "1.12",
        "a shrunk heap gives its pages back, and they are zeros when it grows again",
    )
    .memory()
    .counts(false)
    .run(|exam| {
        exam.note(GROWS);
        lay_out(exam, SIZES);
        let begin = exam.try_event("grow_heap(16384)", |m| grow_heap(m, 4 * PAGE));
        exam.event("the program writes into each page", |m| {
            for page in 0..4 {
                m.store(begin.plus(page * PAGE + 64), 1025);
            }
        });
        let to = begin.plus(PAGE);
        let bytes = exam.try_event(format!("shrink_heap({to})"), |m| shrink_heap(m, to));
        exam.equal("bytes given back", 3 * PAGE, bytes);
        exam.at_most("words stored by shrink_heap", 2, exam.work().stores);
        expect(
            exam,
            &[
                (Region::Heap, [0x7000, 0x8000, 0x400_0000]),
                (Region::Stack, [0x400_0000, 0x400_0000, 0x8000]),
            ],
        );
        let again = exam.try_event("grow_heap(12288)", |m| grow_heap(m, 3 * PAGE));
        exam.equal("where the new bytes begin", to, again);
        exam.equal(
            "the word in the page that was kept",
            1025,
            exam.word(begin.plus(64)),
        );
        for page in 1..4 {
            let addr = begin.plus(page * PAGE + 64);
            exam.equal("a word in a page that went back", 0, exam.word(addr));
        }
    });
}

#[test]
fn task_1_12_a_page_in_use_stays() {
    exam::task("1.12", "an end inside a page keeps the whole page")
        .memory()
        .counts(false)
        .run(|exam| {
            exam.note(GROWS);
            lay_out(exam, SIZES);
            let begin = exam.try_event("grow_heap(8192)", |m| grow_heap(m, 2 * PAGE));
            exam.event("the program writes at both ends of the first page", |m| {
                m.store(begin, 1);
                m.store(begin.plus(PAGE - 8), 2);
            });
            for (to, given, end) in [
                (begin.plus(2 * PAGE), 0, 0x9000),
                (begin.plus(PAGE + 1), 0, 0x9000),
                (begin.plus(1), PAGE, 0x8000),
                (begin.plus(PAGE), 0, 0x8000),
            ] {
                let label = format!("shrink_heap({to})");
                let bytes = exam.try_event(label, |m| shrink_heap(m, to));
                exam.equal("bytes given back", given, bytes);
                expect(
                    exam,
                    &[
                        (Region::Heap, [0x7000, end, 0x400_0000]),
                        (Region::Stack, [0x400_0000, 0x400_0000, end]),
                    ],
                );
            }
            exam.equal("the first word of the page", 1, exam.word(begin));
            exam.equal("its last word", 2, exam.word(begin.plus(PAGE - 8)));
            let bytes = exam.try_event(format!("shrink_heap({begin})"), |m| shrink_heap(m, begin));
            exam.equal("bytes given back", PAGE, bytes);
            expect(exam, &[(Region::Heap, [0x7000, 0x7000, 0x400_0000])]);
        });
}

#[test]
fn task_1_12_an_end_outside_the_heap() {
    exam::task("1.12", "an end that does not lie in the heap is refused")
        .memory()
        .counts(false)
        .run(|exam| {
            exam.note(GROWS);
            lay_out(exam, SIZES);
            exam.try_event("grow_heap(8192)", |m| grow_heap(m, 2 * PAGE));
            for addr in [0x6fff, 0x1000, 0x9001, 0xa000, u64::MAX].map(Addr::at) {
                let region = Region::Heap;
                let error = MemoryError::OutsideRegion { addr, region };
                let label = format!("shrink_heap({addr})");
                refused(exam, &label, error, |m| shrink_heap(m, addr));
            }
        });
}

#[test]
fn task_1_12_the_stack_may_use_what_the_heap_gave_back() {
    exam::task("1.12", "what the heap gives back is room for the stack")
        .memory()
        .counts(false)
        .size(SMALL)
        .run(|exam| {
            exam.note(GROWS);
            lay_out(exam, TIGHT);
            let code = load(exam, "f", &["a", "b", "c", "d", "e"]);
            let begin = exam.try_event("grow_heap(8192)", |m| grow_heap(m, 2 * PAGE));
            let error = MemoryError::StackMeetsHeap {
                top: 0xffc0,
                limit: 0x10000,
            };
            refused(exam, "push_frame(f)", error, |m| push_frame(m, code));
            exam.try_event(format!("shrink_heap({begin})"), |m| shrink_heap(m, begin));
            let addr = push(exam, "f", code);
            exam.equal("the frame's address", Addr::at(0xffc0), addr);
        });
}
