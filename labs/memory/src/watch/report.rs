//! What the watch reports, in words.

use std::backtrace::Backtrace;
use std::fmt;
use std::sync::Arc;

use crate::{Addr, Region};

/// A step of a run, as the exam numbers and names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its number, from 1; 0 before the first.
    pub number: u64,
    /// Its name, for instance the call that it makes.
    pub label: Arc<str>,
}

impl fmt::Display for Event {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.number {
            0 => f.write_str("before the first event"),
            number => write!(f, "in event {number}, {}", self.label),
        }
    }
}

/// What the watch knows of a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockInfo {
    /// Its first byte.
    pub addr: Addr,
    /// The size that was asked for, in bytes.
    pub size: u64,
    /// When it was handed out.
    pub born: Event,
    /// When it was taken back; `None` while it is live.
    pub died: Option<Event>,
}

impl fmt::Display for BlockInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let BlockInfo {
            addr, size, born, ..
        } = self;
        write!(f, "the block at {addr} ({size} bytes) was allocated {born}")?;
        match &self.died {
            Some(died) => write!(f, ", and freed {died}"),
            None => Ok(()),
        }
    }
}

/// Who did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    /// The allocator, inside `heap.malloc`, `heap.realloc` or `heap.free`.
    Manager,
    /// All other code.
    Program,
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Who::Manager => "the allocator",
            Who::Program => "the program",
        })
    }
}

/// Whether bytes were read or written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// They were read.
    Read,
    /// They were written.
    Write,
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Access::Read => "read",
            Access::Write => "write",
        })
    }
}

/// Which function of the allocator was called with a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallKind {
    /// `heap.free(block)`.
    Free,
    /// `heap.realloc(block, size)`.
    Realloc,
}

impl fmt::Display for CallKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            CallKind::Free => "free",
            CallKind::Realloc => "realloc",
        })
    }
}

/// Why nothing can be at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wild {
    /// Page 0: a field of a record at NULL.
    Null,
    /// The range ends before it.
    Beyond {
        /// The size of the range in bytes.
        size: u64,
    },
    /// No region exists yet.
    NotLaidOut,
    /// The text or data region has not come so far.
    Unused {
        /// The region.
        region: Region,
        /// The end of its used part.
        end: u64,
    },
    /// It begins in the used part of the text or data region and ends behind it.
    Across {
        /// The region.
        region: Region,
        /// The end of its used part.
        end: u64,
        /// How many bytes.
        len: u64,
    },
    /// The heap has not grown so far.
    AboveBreak {
        /// The end of the heap region.
        end: u64,
    },
    /// It lies in no region, or partly in one and partly in none.
    Gap,
}

/// What went wrong. All addresses are as the code gave them, before they were masked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// An address where nothing can be.
    Wild {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
        /// Why that is wrong.
        why: Wild,
    },
    /// A word or half word at an address that is no multiple of its size.
    Misaligned {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
        /// Of what it must be a multiple, in bytes.
        step: u64,
    },
    /// A block was used after it was freed.
    UseAfterFree {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
        /// The block that was there.
        block: BlockInfo,
    },
    /// An access begins in a live block and goes beyond its end, or lies just behind it.
    PastBlock {
        /// What was done.
        access: Access,
        /// The first byte.
        addr: Addr,
        /// How many bytes.
        len: u64,
        /// The block.
        block: BlockInfo,
    },
    /// The program used bytes of the heap that are in no block: they are the allocator's.
    NotABlock {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
    },
    /// Bytes were read that nobody had written since the block was handed out, or since the frame
    /// was pushed.
    NeverWritten {
        /// The first such byte.
        addr: Addr,
        /// The block; `None` in a frame.
        block: Option<BlockInfo>,
    },
    /// The text region was written to after the program was loaded.
    WriteToText {
        /// Where.
        addr: Addr,
    },
    /// The stack was used below its top: the frame there was popped, or not pushed yet.
    BelowTop {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
        /// The top of the stack.
        top: u64,
        /// When the frame that was there last was popped.
        popped: Option<Event>,
    },
    /// The allocator wrote into a block that it had handed out.
    ManagerWrote {
        /// Where.
        addr: Addr,
        /// The block.
        block: BlockInfo,
    },
    /// The allocator handed out a block that shares bytes with a live one.
    Overlap {
        /// The new block.
        addr: Addr,
        /// Its size in bytes.
        size: u64,
        /// The live one.
        other: BlockInfo,
    },
    /// The allocator handed out a block that does not lie in the heap region.
    OutsideHeap {
        /// The block.
        addr: Addr,
        /// Its size in bytes.
        size: u64,
        /// Where the heap region begins.
        start: u64,
        /// Where it ends.
        end: u64,
    },
    /// The allocator handed out a block that is not aligned.
    BadAlignment {
        /// The block.
        addr: Addr,
        /// Of what it must be a multiple, in bytes.
        step: u64,
    },
    /// A block was freed, or reallocated, that is free already.
    DoubleFree {
        /// The call.
        call: CallKind,
        /// The address that was given.
        addr: Addr,
        /// The block.
        block: BlockInfo,
    },
    /// No block was ever handed out at the address that was freed or reallocated.
    NeverAllocated {
        /// The call.
        call: CallKind,
        /// The address that was given.
        addr: Addr,
    },
    /// The address that was freed or reallocated lies inside a block and is not its first byte.
    MiddleOfBlock {
        /// The call.
        call: CallKind,
        /// The address that was given.
        addr: Addr,
        /// The block.
        block: BlockInfo,
    },
    /// `realloc` did not keep the bytes of the block.
    ContentsLost {
        /// Where the first byte that differs lies now.
        addr: Addr,
        /// How far it is from the start of the block, in bytes.
        offset: u64,
        /// The block as it was.
        block: BlockInfo,
    },
    /// Pages were given back to the operating system while a block in them is live.
    GaveBackLive {
        /// The first page given back.
        addr: Addr,
        /// How many bytes.
        len: u64,
        /// The block.
        block: BlockInfo,
    },
    /// A page was touched that must not be touched yet.
    TouchedTooEarly {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
    },
    /// A word, on a page that was touched before, was looked at by an event that has no need of it.
    TouchedWithoutNeed {
        /// What was done.
        access: Access,
        /// Where.
        addr: Addr,
    },
    /// Calls of `heap.dealloc` are nested too deep.
    DeallocNested {
        /// The object whose end was one too many.
        op: Addr,
        /// How deep.
        depth: u64,
    },
    /// An event has made as many accesses as it may, and has not come to an end.
    NoEnd {
        /// How many.
        accesses: u64,
    },
    /// A field that must hold an address holds 0.
    NullField {
        /// Where the field lies.
        addr: Addr,
        /// The block that it lies in.
        block: Option<BlockInfo>,
    },
    /// Blocks are live at the end.
    Leak {
        /// All of them, in the order of their addresses.
        blocks: Vec<BlockInfo>,
    },
}

/// How many leaked blocks a message names.
const LEAKS_NAMED: usize = 8;

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Wild { access, addr, why } => {
                let bytes = match why {
                    Wild::Across { len, .. } => format!(" of {len} bytes"),
                    _ => String::new(),
                };
                write!(f, "wild address: {access}{bytes} at {addr}, ")?;
                match why {
                    Wild::Null => write!(
                        f,
                        "{} bytes from NULL: an address was 0 where a record was expected",
                        addr.get()
                    ),
                    Wild::Beyond { size } => {
                        write!(f, "beyond the end of the range ({size:#x})")
                    }
                    Wild::NotLaidOut => f.write_str(
                        "but the regions are not laid out yet: only the root's page can be used",
                    ),
                    Wild::Unused { region, end } => {
                        write!(f, "behind the end of the {region} region ({end:#06x})")
                    }
                    Wild::Across { region, end, .. } => {
                        write!(f, "across the end of the {region} region ({end:#06x})")
                    }
                    Wild::AboveBreak { end } => write!(
                        f,
                        "above the break: the heap region ends at {end:#06x} and must grow first"
                    ),
                    Wild::Gap => f.write_str("which lies in no region"),
                }
            }
            Fault::Misaligned { access, addr, step } => write!(
                f,
                "misaligned {access} at {addr}: the address of {step} bytes must be a multiple of {step}"
            ),
            Fault::UseAfterFree {
                access,
                addr,
                block,
            } => write!(f, "use after free: {access} at {addr}, but {block}"),
            Fault::PastBlock {
                access,
                addr,
                len,
                block,
            } => write!(
                f,
                "past the end of a block: {access} of {len} bytes at {addr}, but {block}: \
                 it ends at {}",
                block.addr.plus(block.size)
            ),
            Fault::NotABlock { access, addr } => write!(
                f,
                "outside every block: {access} at {addr}, where the heap holds nothing that was \
                 handed out; these bytes are the allocator's"
            ),
            Fault::NeverWritten { addr, block } => {
                write!(
                    f,
                    "never written: read at {addr}, where nothing has been written "
                )?;
                match block {
                    Some(block) => write!(
                        f,
                        "since the block was handed out (offset {}): {block}",
                        addr.since(block.addr)
                    ),
                    None => f.write_str("since this part of the stack was pushed"),
                }
            }
            Fault::WriteToText { addr } => write!(
                f,
                "write to text: at {addr}, but code is only read once the program is loaded"
            ),
            Fault::BelowTop {
                access,
                addr,
                top,
                popped,
            } => {
                let what = match popped {
                    Some(_) => "popped frame",
                    None => "below the stack",
                };
                write!(
                    f,
                    "{what}: {access} at {addr}, below the top of the stack ({top:#06x})"
                )?;
                match popped {
                    Some(event) => write!(f, ": the frame there was popped {event}"),
                    None => f.write_str(": no frame has been pushed there; move the top first"),
                }
            }
            Fault::ManagerWrote { addr, block } => write!(
                f,
                "the allocator wrote into a live block: at {addr} (offset {}), but {block}",
                addr.get().wrapping_sub(block.addr.get())
            ),
            Fault::Overlap { addr, size, other } => write!(
                f,
                "overlap: the new block at {addr} ({size} bytes) shares bytes with a live one; {other}"
            ),
            Fault::OutsideHeap {
                addr,
                size,
                start,
                end,
            } => write!(
                f,
                "outside the heap: the new block at {addr} ({size} bytes) does not lie in the heap \
                 region ({start:#06x} to {end:#06x})"
            ),
            Fault::BadAlignment { addr, step } => write!(
                f,
                "misaligned block: the new block at {addr} must be at a multiple of {step}"
            ),
            Fault::DoubleFree { call, addr, block } => {
                write!(
                    f,
                    "double free: {call}({addr}), but it is free already; {block}"
                )
            }
            Fault::NeverAllocated { call, addr } => write!(
                f,
                "free of what was never allocated: {call}({addr}), but no block was ever handed \
                 out there"
            ),
            Fault::MiddleOfBlock { call, addr, block } => write!(
                f,
                "free of the middle of a block: {call}({addr}) is {} bytes into it; {block}",
                addr.since(block.addr)
            ),
            Fault::ContentsLost {
                addr,
                offset,
                block,
            } => write!(
                f,
                "contents lost: realloc did not keep the byte at offset {offset} (now at {addr}); \
                 {block}"
            ),
            Fault::GaveBackLive { addr, len, block } => write!(
                f,
                "pages with a live block given back: {len} bytes at {addr}, but {block}"
            ),
            Fault::TouchedTooEarly { access, addr } => write!(
                f,
                "page touched too early: {access} at {addr}, in a page that this event must leave \
                 untouched"
            ),
            Fault::TouchedWithoutNeed { access, addr } => write!(
                f,
                "touched without need: {access} at {addr}, a word that this event must leave alone"
            ),
            Fault::DeallocNested { op, depth } => write!(
                f,
                "dealloc nested {depth} deep, at the object {op}: each object of a long chain is \
                 ended inside the end of the one before it"
            ),
            Fault::NoEnd { accesses } => write!(
                f,
                "no end: this event has made {accesses} accesses to the memory and still goes on; \
                 a loop or a recursion does not come to its end, or a list leads back into itself"
            ),
            Fault::NullField { addr, block } => {
                write!(
                    f,
                    "NULL field: the word at {addr} must be an address, and is 0"
                )?;
                match block {
                    Some(block) => write!(
                        f,
                        " (offset {}); {block}",
                        addr.get().wrapping_sub(block.addr.get())
                    ),
                    None => Ok(()),
                }
            }
            Fault::Leak { blocks } => {
                let bytes: u64 = blocks.iter().map(|block| block.size).sum();
                write!(f, "leak: {} live blocks, {bytes} bytes", blocks.len())?;
                for block in blocks.iter().take(LEAKS_NAMED) {
                    write!(f, "\n  {block}")?;
                }
                match blocks.len().saturating_sub(LEAKS_NAMED) {
                    0 => Ok(()),
                    more => write!(f, "\n  and {more} more"),
                }
            }
        }
    }
}

/// One report of the watch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The event in which it happened.
    pub event: Event,
    /// Whose code did it.
    pub who: Who,
    /// What happened.
    pub fault: Fault,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Report { event, who, fault } = self;
        match event.number {
            0 => write!(f, "before the first event, {who}: {fault}"),
            number => write!(f, "event {number}, {}, {who}: {fault}", event.label),
        }
    }
}

impl std::error::Error for Report {}

/// The payload with which a report ends the code that caused it. It unwinds without the panic
/// hook, so nothing is printed on the way: whoever catches it has the report, and shows it once.
/// The backtrace leads to the line of code; its names are looked up only when it is printed.
#[derive(Clone, Debug)]
pub struct Violation(pub Report, pub Arc<Backtrace>);
