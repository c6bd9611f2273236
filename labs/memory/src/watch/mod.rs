//! The watched memory: shadow state beside the range that sees every access.
//!
//! Only the exam turns it on (Cargo feature `watch`), and only it holds a [`Watched`]. A lab gets
//! the `&Memory` and can neither reach the watch nor switch it off.
//!
//! The exam names each step of a run with [`Watched::event`]. What goes wrong becomes a [`Report`]
//! with the number and the name of the step, and ends the code that did it at once: it unwinds with
//! a [`Violation`], without the panic hook, so nothing is printed on the way. [`Watched::catch`]
//! turns that into a `Result`. What the watch knows stays usable: live blocks can be listed, and
//! the next event can begin.
//!
//! Accesses inside `heap.malloc`, `heap.realloc` and `heap.free` are the allocator's; all others
//! are the program's. Who may touch what is written in `watch/policy.rs`. A page counts as touched
//! when it is read or written for the first time.

mod clock;
mod policy;
mod report;
mod shadow;
mod work;
mod zeros;

use std::backtrace::Backtrace;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::Arc;

pub use clock::Words;
pub use report::{Access, BlockInfo, CallKind, Event, Fault, Report, Violation, Who, Wild};
pub use work::{Side, Work};

use crate::{Addr, Memory, MemoryError, PAGE, Region};
use shadow::State;

/// The state of the watch, behind the memory that it watches.
pub(crate) struct Shadow(RefCell<State>);

/// A call of the allocator.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Call {
    /// `malloc(size)`.
    Malloc { size: u64 },
    /// `realloc(block, size)`.
    Realloc { block: Addr, size: u64 },
    /// `free(block)`.
    Free { block: Addr },
}

/// A watched memory, in the hands of the exam.
#[derive(Debug)]
pub struct Watched {
    memory: Memory,
}

impl Watched {
    /// Reserves a watched range; see [`Memory::new`].
    ///
    /// # Errors
    /// Those of [`Memory::new`].
    pub fn new(size: u64) -> Result<Watched, MemoryError> {
        let memory = Memory::new(size)?;
        Ok(Watched::with(memory, State::new(size)))
    }

    fn with(mut memory: Memory, state: State) -> Watched {
        memory.shadow = Some(Box::new(Shadow(RefCell::new(state))));
        Watched { memory }
    }

    /// The memory, to hand to a lab.
    #[must_use]
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// A copy of the memory at the same addresses, and of all that the watch knows of it: events,
    /// blocks, counts and reports.
    ///
    /// # Errors
    /// [`NotReserved`](MemoryError::NotReserved).
    pub fn copy(&self) -> Result<Watched, MemoryError> {
        let mut state = self.state(|state| state.clone());
        // Whoever looks at this one quietly does not look at the copy.
        state.quiet = 0;
        let memory = Memory::blank(self.memory.size())?;
        for page in state.touched_pages() {
            if let Some(addr) = Addr::new(page * PAGE) {
                memory.poke(addr, &self.memory.peek(addr, PAGE));
            }
        }
        Ok(Watched::with(memory, state))
    }

    /// Begins an event: what happens from now on belongs to it. Events are numbered from 1; returns
    /// the number. Forbidden pages of the last event are free again, and should the last event have
    /// ended inside a call of the allocator (a `todo!`), that call is over.
    pub fn event(&self, label: &str) -> u64 {
        self.state(|state| {
            // A frame that was popped last was popped in the event that ends here.
            state.refresh(&self.memory);
            state.begin_event(label)
        })
    }

    /// The event that runs now, or ran last.
    #[must_use]
    pub fn current_event(&self) -> Event {
        self.state(|state| state.event())
    }

    /// Runs `code`, and returns the report that ended it, if one did. Other panics go on.
    ///
    /// # Errors
    /// The report.
    pub fn catch<T>(&self, code: impl FnOnce(&Memory) -> T) -> Result<T, Box<Report>> {
        match catch_unwind(AssertUnwindSafe(|| code(&self.memory))) {
            Ok(value) => Ok(value),
            Err(payload) => match payload.downcast::<Violation>() {
                Ok(violation) => Err(Box::new(violation.0)),
                Err(payload) => resume_unwind(payload),
            },
        }
    }

    /// Runs the exam's own `code` on the memory: nothing is checked or counted. What it writes
    /// counts as written, and as touched.
    pub fn quietly<T>(&self, code: impl FnOnce(&Memory) -> T) -> T {
        struct Quiet<'a>(&'a Watched);
        impl Drop for Quiet<'_> {
            fn drop(&mut self) {
                self.0.state(|state| state.quiet -= 1);
            }
        }
        self.state(|state| state.quiet += 1);
        let quiet = Quiet(self);
        code(&quiet.0.memory)
    }

    /// Runs `code` as a part of the allocator: as what `heap.malloc` calls, when a test calls it
    /// itself. What it does is checked and counted as the allocator's work. A block that it hands
    /// out is nobody's: only `heap.malloc` gives blocks to the program.
    pub fn managing<T>(&self, code: impl FnOnce(&Memory) -> T) -> T {
        struct Managing<'a>(&'a Watched);
        impl Drop for Managing<'_> {
            fn drop(&mut self) {
                // A report has set it to 0.
                self.0
                    .state(|state| state.depth = state.depth.saturating_sub(1));
            }
        }
        self.state(|state| state.depth += 1);
        let managing = Managing(self);
        code(&managing.0.memory)
    }

    /// All words loaded and stored and pages touched so far.
    #[must_use]
    pub fn work(&self) -> Work {
        self.state(|state| state.work)
    }

    /// How many logical pages are touched now: those ever touched without those given back.
    #[must_use]
    pub fn touched_pages(&self) -> u64 {
        self.state(|state| state.touched_count())
    }

    /// Whether the logical page that holds `addr` has been touched, and not given back since.
    #[must_use]
    pub fn is_touched(&self, addr: Addr) -> bool {
        self.state(|state| state.is_touched(addr.get() / PAGE))
    }

    /// The process forks here, as far as memory goes: all pages that are touched now are shared with
    /// the other process, until this one writes to them. Called again, it forgets the last time.
    pub fn share(&self) {
        self.state(|state| state.share());
    }

    /// How many pages were shared by the last [`share`](Watched::share); 0 without one.
    #[must_use]
    pub fn shared_pages(&self) -> u64 {
        self.state(|state| state.shared_pages)
    }

    /// How many of the shared pages have been written since, if only one byte of them, and if only
    /// with the value that it had: the operating system has copied them. A shared page that was given
    /// back before it was written is none of them.
    #[must_use]
    pub fn copied_pages(&self) -> u64 {
        self.state(|state| state.copied_pages)
    }

    /// Forbids every access to `len` bytes from `addr` on until the next event begins.
    pub fn forbid(&self, addr: Addr, len: u64) {
        let end = addr.get().saturating_add(len);
        self.state(|state| state.forbidden.push((addr.get(), end)));
    }

    /// Ends each event from the next one on after so many accesses to the memory: a loop that would
    /// not come to an end becomes a report. Without it there is no limit.
    pub fn limit_events(&self, accesses: u64) {
        self.state(|state| state.limit = accesses);
    }

    /// From now on the text that is in use cannot be written: the program is loaded. Text that is
    /// added later can, until this is called again.
    pub fn protect_text(&self) {
        self.state(|state| {
            state.refresh(&self.memory);
            state.protected = Some(state.span(Region::Text));
        });
    }

    /// How many blocks are live.
    #[must_use]
    pub fn live_count(&self) -> u64 {
        self.state(|state| state.live)
    }

    /// The live blocks, in the order of their addresses.
    #[must_use]
    pub fn live_blocks(&self) -> Vec<BlockInfo> {
        self.state(|state| state.live_blocks())
    }

    /// The block that has the word at `addr`, live, or freed and not handed out again since.
    #[must_use]
    pub fn block_at(&self, addr: Addr) -> Option<BlockInfo> {
        self.state(|state| state.info_at(addr.get()))
    }

    /// The reports so far.
    #[must_use]
    pub fn reports(&self) -> Vec<Report> {
        self.state(|state| state.reports.clone())
    }

    /// The reports so far, which the watch then forgets.
    #[must_use]
    pub fn take_reports(&self) -> Vec<Report> {
        self.state(|state| std::mem::take(&mut state.reports))
    }

    /// The report of all blocks that are live now, for the end of a run; `None` if there are none.
    #[must_use]
    pub fn leaks(&self) -> Option<Report> {
        self.state(|state| {
            let blocks = state.live_blocks();
            (!blocks.is_empty()).then(|| Report {
                event: state.event(),
                who: Who::Program,
                fault: Fault::Leak { blocks },
            })
        })
    }

    fn state<T>(&self, look: impl FnOnce(&mut State) -> T) -> T {
        match &self.memory.shadow {
            Some(shadow) => look(&mut shadow.0.borrow_mut()),
            None => unreachable!("a Watched has a memory with a shadow"),
        }
    }
}

/// What the memory tells its shadow, if it has one.
impl Memory {
    #[inline]
    fn watch(&self, look: impl FnOnce(&mut State) -> Result<(), Fault>) {
        if let Some(shadow) = &self.shadow {
            let answer = look(&mut shadow.0.borrow_mut());
            if let Err(fault) = answer {
                shadow.report(fault);
            }
        }
    }

    /// A word, half word or byte is about to be read.
    // Never inlined: a debug build of a lab would compile the whole watch again, unoptimized.
    #[inline(never)]
    pub(crate) fn watch_load(&self, addr: Addr, len: u64) {
        self.watch(|state| state.scalar(self, addr, len, Access::Read));
    }

    /// A word, half word or byte is about to be written.
    // Never inlined: a debug build of a lab would compile the whole watch again, unoptimized.
    #[inline(never)]
    pub(crate) fn watch_store(&self, addr: Addr, len: u64) {
        self.watch(|state| state.scalar(self, addr, len, Access::Write));
    }

    /// Bytes are about to be read.
    pub(crate) fn watch_read(&self, addr: Addr, len: u64) {
        self.watch(|state| state.bytes(self, addr, len, Access::Read, true));
    }

    /// Bytes are about to be written.
    pub(crate) fn watch_write(&self, addr: Addr, len: u64) {
        self.watch(|state| state.bytes(self, addr, len, Access::Write, false));
    }

    /// Bytes are about to be copied. Copying what was never written is no fault; what is copied
    /// stays never written.
    pub(crate) fn watch_copy(&self, from: Addr, to: Addr, len: u64) {
        self.watch(|state| {
            state.bytes(self, from, len, Access::Read, false)?;
            state.bytes(self, to, len, Access::Write, false)?;
            let fits = |addr: Addr| addr.get().saturating_add(len) <= state.size();
            if fits(from) && fits(to) {
                state.copy_written(from.get(), to.get(), len);
            }
            Ok(())
        });
    }

    /// Pages are about to be given back: of no live block, but `realloc` may do it with the block that
    /// it cuts down or leaves behind.
    pub(crate) fn watch_give_back(&self, addr: Addr, len: u64) {
        self.watch(|state| {
            let (start, end) = (addr.get(), addr.get() + len);
            if let Some(number) = state.live_in(start, end, state.moving()) {
                let block = state.info(number);
                return Err(Fault::GaveBackLive { addr, len, block });
            }
            state.give_back(start, end);
            Ok(())
        });
    }

    /// A field that must hold an address holds 0.
    pub(crate) fn watch_null(&self, addr: Addr) {
        self.watch(|state| match state.quiet {
            0 => Err(Fault::NullField {
                addr,
                block: state.info_at(addr.get()),
            }),
            _ => Ok(()),
        });
    }

    /// Calls of `dealloc` are nested too deep.
    pub(crate) fn watch_nesting(&self, op: Addr, depth: u64) {
        self.watch(|_| Err(Fault::DeallocNested { op, depth }));
    }

    /// The allocator is called. The answer is for [`watch_leave`](Memory::watch_leave).
    pub(crate) fn watch_enter(&self, call: Call) -> Call {
        self.watch(|state| state.enter(self, call));
        call
    }

    /// The allocator returns, with a block where it could give one.
    pub(crate) fn watch_leave(&self, call: Call, block: Option<Addr>) {
        self.watch(|state| state.leave(self, call, block));
    }

    /// Whether the watch knows that nothing is in this page.
    pub(crate) fn is_untouched(&self, page: u64) -> bool {
        self.shadow
            .as_ref()
            .is_some_and(|shadow| !shadow.0.borrow().is_touched(page))
    }
}

impl Shadow {
    /// Records a report and ends the code that caused it; not while that code is being ended
    /// already.
    #[cold]
    #[inline(never)]
    fn report(&self, fault: Fault) {
        let report = {
            let mut state = self.0.borrow_mut();
            let report = Report {
                event: state.event(),
                who: match state.depth {
                    0 => Who::Program,
                    _ => Who::Manager,
                },
                fault,
            };
            state.reports.push(report.clone());
            // The call of the allocator in which it happened will not return.
            state.depth = 0;
            state.moving = None;
            report
        };
        if !std::thread::panicking() {
            let trace = Arc::new(Backtrace::force_capture());
            resume_unwind(Box::new(Violation(report, trace)));
        }
    }
}
