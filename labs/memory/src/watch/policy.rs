//! Who may touch what.
//!
//! | | the program | the allocator, inside its own calls |
//! |---|---|---|
//! | page 0, gaps, above the break, beyond the range | no | no |
//! | the root's page | yes | yes |
//! | text | read; write until it is protected | the same |
//! | data | yes | yes |
//! | heap, a live block | the bytes asked for; read only what was written | read; write only in `realloc`, to the block that it was given |
//! | heap, else | no | yes |
//! | stack | from its top up; read only what was written since the push | the same |
//!
//! The top of the stack must be moved before a frame is written, and a frame is dead as soon as the
//! top has moved back, as on a real machine, where a signal's handler may use what lies below it.
//!
//! Until an allocator is called for the first time, the pages below the break are the program's:
//! lab 1 grows the heap before there are blocks.

use super::Call;
use super::report::{Access, CallKind, Fault, Wild};
use super::shadow::State;
use crate::{Addr, Memory, PAGE, Region, Root, WORD};

impl State {
    /// A word, half word or byte is read or written.
    #[inline]
    pub(super) fn scalar(
        &mut self,
        memory: &Memory,
        addr: Addr,
        len: u64,
        access: Access,
    ) -> Result<(), Fault> {
        let start = addr.get();
        if start & (len - 1) != 0 && self.quiet == 0 {
            let step = len;
            return Err(Fault::Misaligned { access, addr, step });
        }
        self.bytes(memory, addr, len, access, true)
    }

    /// `len` bytes are read or written. `fresh`: reading what was never written is a fault.
    #[inline]
    pub(super) fn bytes(
        &mut self,
        memory: &Memory,
        addr: Addr,
        len: u64,
        access: Access,
        fresh: bool,
    ) -> Result<(), Fault> {
        let start = addr.get();
        if len == 0 {
            return Ok(());
        }
        if self.stale {
            self.refresh(memory);
        }
        let Some(end) = start.checked_add(len).filter(|&end| end <= self.size()) else {
            return match self.quiet {
                0 => Err(Fault::Wild {
                    access,
                    addr,
                    why: Wild::Beyond { size: self.size() },
                }),
                _ => Ok(()),
            };
        };
        if self.quiet > 0 {
            if access == Access::Write {
                self.touch(start, end);
                self.copy_shared(start, end);
                self.set_written(start, end, true);
                self.stale |= State::changes_regions(start, end);
            }
            return Ok(());
        }
        if let Some(fault) = self.forbids(addr, end, access) {
            return Err(fault);
        }
        self.left = match self.left.checked_sub(1) {
            Some(left) => left,
            None => {
                // What follows, perhaps on the way out of the event, has as many again.
                self.left = self.limit;
                return Err(Fault::NoEnd {
                    accesses: self.limit,
                });
            }
        };
        self.allowed(addr, end, access, fresh)?;
        let pages = self.touch(start, end);
        if access == Access::Write {
            self.copy_shared(start, end);
        }
        let side = self.side();
        side.pages += pages;
        match access {
            Access::Read => side.loads += len.div_ceil(WORD),
            Access::Write => side.stores += len.div_ceil(WORD),
        }
        Ok(())
    }

    /// Whether `addr..end`, within the range, may be accessed.
    #[inline]
    fn allowed(&mut self, addr: Addr, end: u64, access: Access, fresh: bool) -> Result<(), Fault> {
        let start = addr.get();
        let write = access == Access::Write;
        // The root's page first: it stays that, whatever the region records in it say.
        if start >= PAGE && end <= 2 * PAGE {
            self.stale |= write && State::changes_regions(start, end);
            return Ok(());
        }
        if self.span(Region::Heap).holds(start, end) {
            return self.in_heap(addr, end, access, fresh);
        }
        if self.span(Region::Data).holds(start, end) {
            return Ok(());
        }
        if self.span(Region::Stack).holds(start, end) {
            if write {
                self.set_written(start, end, true);
            } else if fresh && let Some(byte) = self.first_unwritten(start, end) {
                return Err(Fault::NeverWritten {
                    addr: Addr::at(byte),
                    block: None,
                });
            }
            return Ok(());
        }
        if self.span(Region::Text).holds(start, end) {
            let protected = |text: &super::shadow::Span| start < text.end && end > text.start;
            return match write && self.protected.as_ref().is_some_and(protected) {
                true => Err(Fault::WriteToText { addr }),
                false => Ok(()),
            };
        }
        Err(self.outside(addr, end, access))
    }

    /// An access within the heap region.
    #[inline]
    fn in_heap(&mut self, addr: Addr, end: u64, access: Access, fresh: bool) -> Result<(), Fault> {
        let start = addr.get();
        let write = access == Access::Write;
        if self.depth > 0 {
            if write
                && let Some(number) = self.live_in(start, end, self.moving())
                && end > self.block(number).addr
                && start < self.block(number).end()
            {
                let block = self.info(number);
                return Err(Fault::ManagerWrote { addr, block });
            }
            return Ok(());
        }
        if !self.allocates {
            return Ok(());
        }
        let number = self.owner(start);
        let block = self.block(number);
        if number == 0 || !block.is_live() || start < block.addr || end > block.end() {
            return Err(self.in_no_block(addr, end, access));
        }
        if write {
            self.set_written(start, end, true);
        } else if fresh && let Some(byte) = self.first_unwritten(start, end) {
            return Err(Fault::NeverWritten {
                addr: Addr::at(byte),
                block: Some(self.info(number)),
            });
        }
        Ok(())
    }

    /// The number of the block that `realloc` has in its hands now, or 0.
    pub(super) fn moving(&self) -> u32 {
        self.moving.as_ref().map_or(0, |moving| moving.number)
    }

    /// Why the program may not touch `addr..end` of the heap.
    #[cold]
    fn in_no_block(&self, addr: Addr, end: u64, access: Access) -> Fault {
        let number = self.owner(addr.get());
        let len = end - addr.get();
        if number != 0 && !self.block(number).is_live() {
            let block = self.info(number);
            return Fault::UseAfterFree {
                access,
                addr,
                block,
            };
        }
        // Just behind a live block? One word may be the head of the next one.
        let behind = [0, WORD, 2 * WORD].map(|back| self.owner(addr.get().saturating_sub(back)));
        let live = |&number: &u32| number != 0 && self.block(number).is_live();
        match behind.into_iter().find(live) {
            Some(number) => Fault::PastBlock {
                access,
                addr,
                len,
                block: self.info(number),
            },
            None => Fault::NotABlock { access, addr },
        }
    }

    /// Why nothing is at `addr..end`.
    #[cold]
    fn outside(&self, addr: Addr, access_end: u64, access: Access) -> Fault {
        let start = addr.get();
        let stack = self.span(Region::Stack);
        let heap = self.span(Region::Heap);
        let unused = |region| {
            let span = self.span(region);
            let end = span.end;
            let len = access_end - start;
            let why = match start < end {
                true => Wild::Across { region, end, len },
                false => Wild::Unused { region, end },
            };
            (span.start <= start && start < span.limit).then_some(why)
        };
        let why = if start < PAGE {
            Wild::Null
        } else if self
            .regions
            .iter()
            .all(|span| span.limit == 0 && span.end == 0)
        {
            Wild::NotLaidOut
        } else if let Some(why) = unused(Region::Text).or_else(|| unused(Region::Data)) {
            why
        } else if start < stack.start && (start >= stack.limit || self.popped_at(start).is_some()) {
            return Fault::BelowTop {
                access,
                addr,
                top: stack.start,
                popped: self.popped_at(start),
            };
        } else if access_end > heap.end && start >= heap.start && start < heap.limit {
            Wild::AboveBreak { end: heap.end }
        } else {
            Wild::Gap
        };
        Fault::Wild { access, addr, why }
    }

    #[inline]
    fn forbids(&self, addr: Addr, end: u64, access: Access) -> Option<Fault> {
        if self.forbidden.is_empty() {
            return None;
        }
        let start = addr.get();
        let hit = |&&(from, to): &&(u64, u64)| start < to && end > from;
        let &(from, _) = self.forbidden.iter().find(hit)?;
        Some(match self.is_touched(start.max(from) / PAGE) {
            true => Fault::TouchedWithoutNeed { access, addr },
            false => Fault::TouchedTooEarly { access, addr },
        })
    }

    /// The allocator is called.
    pub(super) fn enter(&mut self, memory: &Memory, call: Call) -> Result<(), Fault> {
        if self.stale {
            self.refresh(memory);
        }
        self.allocates = true;
        // What the allocator calls of itself is its own affair.
        if self.depth == 0 {
            match call {
                Call::Malloc { .. } => {}
                Call::Free { block } => {
                    let number = self.given(block, CallKind::Free)?;
                    self.take_back(number);
                }
                Call::Realloc { block, .. } => {
                    let number = self.given(block, CallKind::Realloc)?;
                    self.moving = Some(self.remember(memory, number));
                }
            }
        }
        self.depth += 1;
        Ok(())
    }

    /// The live block that the program gives to `free` or `realloc`.
    fn given(&self, addr: Addr, call: CallKind) -> Result<u32, Fault> {
        let number = self.owner(addr.get());
        if number == 0 {
            return Err(Fault::NeverAllocated { call, addr });
        }
        let block = self.info(number);
        if !self.block(number).is_live() {
            return Err(Fault::DoubleFree { call, addr, block });
        }
        if block.addr != addr {
            return Err(Fault::MiddleOfBlock { call, addr, block });
        }
        Ok(number)
    }

    /// The allocator returns.
    pub(super) fn leave(
        &mut self,
        memory: &Memory,
        call: Call,
        block: Option<Addr>,
    ) -> Result<(), Fault> {
        let answer = match self.depth {
            1 => self.returned(memory, call, block),
            _ => Ok(()),
        };
        // Last, so that a report of what it returned is about the allocator. (An event that began
        // in between has set it to 0.)
        if answer.is_ok() {
            self.depth = self.depth.saturating_sub(1);
        }
        answer
    }

    fn returned(&mut self, memory: &Memory, call: Call, block: Option<Addr>) -> Result<(), Fault> {
        if self.stale {
            self.refresh(memory);
        }
        match (call, block) {
            (Call::Free { .. }, _) | (Call::Malloc { .. }, None) => Ok(()),
            (Call::Malloc { size }, Some(addr)) => {
                self.handed_out(memory, addr, size, 0)?;
                self.hand_out(addr.get(), size);
                Ok(())
            }
            (Call::Realloc { size, .. }, moved) => {
                let Some(moving) = self.moving.take() else {
                    return Ok(());
                };
                let old = self.info(moving.number);
                if let Some(addr) = moved {
                    self.handed_out(memory, addr, size, moving.number)?;
                    self.take_back(moving.number);
                    self.moved(&moving, addr.get(), size);
                }
                let (now, kept) = match moved {
                    Some(addr) => (addr, old.size.min(size)),
                    None => (old.addr, old.size),
                };
                match self.first_lost(memory, &moving, now) {
                    Some(offset) if offset < kept => Err(Fault::ContentsLost {
                        addr: now.plus(offset),
                        offset,
                        block: old,
                    }),
                    _ => Ok(()),
                }
            }
        }
    }

    /// Whether a block of `size` bytes may be handed out at `addr`; `but` is the block that it
    /// replaces.
    fn handed_out(&self, memory: &Memory, addr: Addr, size: u64, but: u32) -> Result<(), Fault> {
        let heap = self.span(Region::Heap);
        let bytes = size.max(1);
        let end = addr.get().checked_add(bytes);
        let Some(end) = end.filter(|&end| heap.holds(addr.get(), end)) else {
            return Err(Fault::OutsideHeap {
                addr,
                size,
                start: heap.start,
                end: heap.end,
            });
        };
        let step = memory.peek_word(Root::of(memory).alignment().addr());
        let step = if step == 8 { 8 } else { 16 };
        if !addr.is_aligned(step) {
            return Err(Fault::BadAlignment { addr, step });
        }
        match self.live_in(addr.get(), end, but) {
            Some(number) => Err(Fault::Overlap {
                addr,
                size,
                other: self.info(number),
            }),
            None => Ok(()),
        }
    }
}
