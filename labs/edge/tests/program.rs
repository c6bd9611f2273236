//! A program that runs on the allocator: this one, with everything that the test harness does. Parts
//! that need a process of their own run in a child, which is this program again.

use std::alloc::{GlobalAlloc, Layout};
use std::collections::{BTreeMap, HashMap};
use std::sync::mpsc;
use std::thread;

use edge::Edge;

#[global_allocator]
static ALLOCATOR: Edge = Edge::new();

const MANY: usize = if cfg!(miri) { 50 } else { 20_000 };

#[test]
fn collections() {
    let mut map: HashMap<String, Vec<u64>> = HashMap::new();
    let mut tree = BTreeMap::new();
    for n in 0..MANY as u64 {
        map.entry((n % 97).to_string()).or_default().push(n);
        tree.insert(n.wrapping_mul(0x9e37_79b9), vec![n; n as usize % 50]);
    }
    let total: u64 = map.values().flatten().sum();
    assert_eq!(total, (0..MANY as u64).sum());
    let in_tree: usize = tree.values().map(Vec::len).sum();
    assert_eq!(in_tree, (0..MANY).map(|n| n % 50).sum());
    let text: String = map.keys().cloned().collect();
    assert!(text.len() > 49);
}

#[test]
fn messages_are_freed_by_other_threads() {
    let (send, receive) = mpsc::channel::<Vec<Box<usize>>>();
    thread::scope(|scope| {
        for thread in 0..4 {
            let send = send.clone();
            scope.spawn(move || {
                for n in 0..MANY / 10 {
                    send.send((0..n % 20).map(|m| Box::new(m + thread)).collect())
                        .unwrap();
                }
            });
        }
        drop(send);
        let sum: usize = receive.iter().flatten().map(|boxed| *boxed).sum();
        let one = |thread| (0..MANY / 10).flat_map(move |n| (0..n % 20).map(move |m| m + thread));
        assert_eq!(sum, (0..4).flat_map(one).sum());
    });
}

#[test]
fn destructors_of_a_threads_variables_allocate_and_free() {
    struct Last(Vec<String>);
    impl Drop for Last {
        fn drop(&mut self) {
            self.0.push(format!("the last of {}", self.0.len()));
            assert!(self.0.concat().len() > 10);
        }
    }
    thread_local! {
        static LAST: std::cell::RefCell<Last> = const { std::cell::RefCell::new(Last(Vec::new())) };
    }
    for _ in 0..10 {
        let work = || {
            LAST.with(|last| {
                last.borrow_mut()
                    .0
                    .push("a block of this thread".to_owned())
            })
        };
        thread::spawn(work).join().unwrap();
    }
}

#[test]
fn a_panic_of_the_program_unwinds_as_ever() {
    let caught = std::panic::catch_unwind(|| {
        let words = ["these", "are", "freed"].map(str::to_owned);
        std::panic::resume_unwind(Box::new(words.join(" ")));
    });
    let payload = caught.unwrap_err();
    assert_eq!(payload.downcast_ref::<String>().unwrap(), "these are freed");
}

#[test]
fn the_program_is_what_the_statistics_count() {
    let kept: Vec<Box<[u8; 100]>> = (0..1000).map(|_| Box::new([1; 100])).collect();
    let class = ALLOCATOR.statistics().classes[6];
    assert_eq!(class.block_size, 112);
    assert!(class.blocks >= 1000, "{class:?}");
    assert_eq!(kept.len(), 1000);
}

#[test]
#[cfg(not(miri))]
fn a_vector_that_grows_is_not_kept_twice() {
    let mut bytes: Vec<u64> = Vec::new();
    for n in 0..8 << 20 {
        bytes.push(n);
    }
    assert_eq!(bytes[bytes.len() - 1], (8 << 20) - 1);
}

/// Children: this program, with one test that is otherwise ignored.
#[cfg(all(unix, not(miri)))]
mod children {
    use super::*;
    use std::process::{Command, Output};

    /// Runs one ignored test of this program, through a shell that says `first` before.
    fn child(first: &str, test: &str) -> Output {
        let program = std::env::current_exe().unwrap();
        Command::new("sh")
            .arg("-c")
            .arg(format!(
                "{first} exec \"$0\" --ignored --exact --nocapture children::{test}"
            ))
            .arg(program)
            .env("RUST_BACKTRACE", "0")
            .output()
            .unwrap()
    }

    #[track_caller]
    fn passes(output: &Output) {
        let text = String::from_utf8_lossy(&output.stdout);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}\n{errors}");
        assert!(text.contains("1 passed"), "{text}");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn what_the_range_has_no_room_for_is_the_systems() {
        // 256 MiB of address space, in KiB: 128 could be had, and the range takes half of that.
        passes(&child("ulimit -v 262144;", "more_than_the_range"));
    }

    #[test]
    #[ignore = "runs in a child"]
    fn more_than_the_range() {
        let range = ALLOCATOR.statistics().range;
        assert_eq!(range, 64 << 20);
        // Together nearly twice as much, in large pieces and in small ones.
        let mut large: Vec<Vec<u8>> = Vec::new();
        let mut small: Vec<Box<[u64; 16]>> = Vec::new();
        let piece = range / 16;
        for n in 0..20 {
            large.push(vec![n; piece as usize]);
            small.extend((0..piece / 256).map(|m| Box::new([m; 16])));
        }
        let ours = |piece: &Vec<u8>| ALLOCATOR.contains(piece.as_ptr());
        assert!(ours(&large[0]) && !ours(&large[19]));
        assert!(
            small
                .iter()
                .any(|boxed| !ALLOCATOR.contains((&raw const **boxed).cast()))
        );
        // A piece of the system's and one of the range's, both resized and zeroed.
        for n in [0, 19] {
            large[n].truncate(1000);
            large[n].shrink_to_fit();
            large[n].resize(5000, 77);
            assert!(large[n][..1000].iter().all(|&byte| byte == n as u8));
            assert!(vec![0_u8; 3000].iter().all(|&byte| byte == 0));
        }
        while let Some(boxed) = small.pop() {
            assert_eq!(boxed[3], boxed[15]);
        }
        drop(large);
        // There is room in the range again.
        assert!(ours(&vec![1; piece as usize]));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_program_without_a_range_runs_on_the_system() {
        // 24 MiB: enough for the program and its threads, not for the smallest range twice.
        passes(&child("ulimit -v 24576;", "no_range"));
    }

    #[test]
    #[ignore = "runs in a child"]
    fn no_range() {
        let range = ALLOCATOR.statistics().range;
        assert!(range < 1 << 24, "{range}");
        let mut words: Vec<String> = (0..1000).map(|n| format!("word {n}")).collect();
        words.sort();
        assert_eq!(words.concat().len(), 7890);
    }

    #[test]
    fn a_block_that_is_freed_twice_stops_the_program_with_a_reason() {
        let output = child("", "freed_twice");
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success());
        assert!(errors.contains("this block is free already"), "{errors}");
        assert!(!errors.contains("unreachable"), "{errors}");
        // It does not unwind: nobody may catch a panic out of the allocator.
        use std::os::unix::process::ExitStatusExt;
        assert!(output.status.signal().is_some(), "{}", output.status);
    }

    #[test]
    #[ignore = "runs in a child"]
    fn freed_twice() {
        let layout = Layout::from_size_align(10_000, 8).unwrap();
        // SAFETY: none! The second free breaks the promise. The allocator notices it before it
        // writes anything, and stops the program.
        unsafe {
            let block = ALLOCATOR.alloc(layout);
            ALLOCATOR.dealloc(block, layout);
            ALLOCATOR.dealloc(block, layout);
        }
        panic!("unreachable");
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn large_blocks_give_their_pages_back() {
        passes(&child("", "pages"));
    }

    /// MiB of memory that this process has now.
    #[cfg(target_os = "linux")]
    fn resident() -> u64 {
        let text = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = text.lines().find(|line| line.starts_with("VmRSS:"));
        let kib = line.unwrap().split_whitespace().nth(1).unwrap();
        kib.parse::<u64>().unwrap() >> 10
    }

    #[test]
    #[cfg(target_os = "linux")]
    #[ignore = "runs in a child"]
    fn pages() {
        let before = resident();
        // How much more there is after such a block was written and freed.
        let kept = |mib: usize| {
            drop(std::hint::black_box(vec![1_u8; mib << 20]));
            resident().saturating_sub(before)
        };
        // The first time all of it goes; then another of this size is expected.
        assert!(kept(20) < 10);
        assert!(kept(20) >= 15);
        // One of more than 32 MiB always goes.
        for _ in 0..3 {
            assert!(kept(60) < 30);
        }
    }

    #[test]
    fn a_child_of_a_program_with_one_thread_goes_on_allocating() {
        for _ in 0..20 {
            let output = Command::new("true")
                .env("A", "b".repeat(1000))
                .output()
                .unwrap();
            assert!(output.status.success());
        }
    }
}
