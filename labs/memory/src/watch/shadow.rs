//! What the watch knows beside the bytes: each block that was handed out, each byte that was
//! written, each page that was touched.
//!
//! It is flat tables, zeros at first, so that the operating system makes them only where the heap
//! is used: a block number for each word of the range, and a bit for each of its bytes.

use std::sync::Arc;

use super::report::{BlockInfo, Event, Report};
use super::work::{Side, Work};
use super::zeros::Zeros;
use crate::root::ROOT;
use crate::{Addr, Memory, PAGE, Region, RegionRecord, Root, WORD};

/// The event number of a block that has not been freed.
const LIVE: u32 = u32::MAX;

/// A block that was handed out. 24 bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Block {
    pub(super) addr: u64,
    pub(super) size: u64,
    /// The event in which it was handed out.
    pub(super) born: u32,
    /// The event in which it was freed, or [`LIVE`].
    died: u32,
    /// How many words still name it: a freed block is forgotten when others have taken them all.
    words: u64,
}

impl Block {
    pub(super) fn is_live(&self) -> bool {
        self.died == LIVE
    }

    pub(super) fn end(&self) -> u64 {
        self.addr.saturating_add(self.size)
    }
}

/// The four region records, read once after each change.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
    pub(super) limit: u64,
}

impl Span {
    #[inline]
    pub(super) fn holds(&self, start: u64, end: u64) -> bool {
        self.start <= start && end <= self.end
    }
}

/// A part of the stack that was in use and is not any more.
#[derive(Clone, Copy, Debug)]
struct Popped {
    start: u64,
    end: u64,
    event: u32,
}

/// A block in the hands of `realloc`.
#[derive(Clone, Debug)]
pub(super) struct Moving {
    pub(super) number: u32,
    bytes: Vec<u8>,
    written: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(super) struct State {
    size: u64,
    /// For each word of the range the number of the block that has it, or had it last; 0: none.
    owner: Zeros<u32>,
    /// For each word of the range a bit for each of its bytes: written since it was handed out.
    written: Zeros<u8>,
    /// Blocks by number; 0 is nobody.
    blocks: Vec<Block>,
    /// Numbers to use again.
    forgotten: Vec<u32>,
    pub(super) live: u64,
    /// Bit for each page: touched.
    touched: Vec<u64>,
    /// Bit for each page: shared, and not written since. Empty until [`State::share`].
    shared: Vec<u64>,
    /// How many pages were shared, and how many of them have been written since.
    pub(super) shared_pages: u64,
    pub(super) copied_pages: u64,
    pub(super) work: Work,
    events: Vec<Arc<str>>,
    pub(super) reports: Vec<Report>,
    /// How deep calls of the allocator are nested: above 0 it is the allocator that acts.
    pub(super) depth: u32,
    pub(super) moving: Option<Moving>,
    /// Above 0 the exam itself looks at the memory: nothing is counted or checked.
    pub(super) quiet: u32,
    /// An allocator has been called: from then on the program owns blocks, not pages.
    pub(super) allocates: bool,
    /// Text that must not be written.
    pub(super) protected: Option<Span>,
    /// How many accesses an event may make, and how many this one has left.
    pub(super) limit: u64,
    pub(super) left: u64,
    /// Pages that must not be touched in this event, as addresses.
    pub(super) forbidden: Vec<(u64, u64)>,
    pub(super) regions: [Span; 4],
    pub(super) stale: bool,
    popped: Vec<Popped>,
}

impl State {
    pub(super) fn new(size: u64) -> State {
        let words = (size / WORD) as usize;
        let nobody = Block {
            addr: 0,
            size: 0,
            born: 0,
            died: 0,
            words: 0,
        };
        let mut state = State {
            size,
            owner: Zeros::new(words),
            written: Zeros::new(words),
            blocks: vec![nobody],
            forgotten: Vec::new(),
            live: 0,
            touched: vec![0; (size / PAGE).div_ceil(64) as usize],
            shared: Vec::new(),
            shared_pages: 0,
            copied_pages: 0,
            work: Work::default(),
            events: vec![Arc::from("")],
            reports: Vec::new(),
            depth: 0,
            moving: None,
            quiet: 0,
            allocates: false,
            protected: None,
            limit: u64::MAX,
            left: u64::MAX,
            forbidden: Vec::new(),
            regions: [Span::default(); 4],
            stale: true,
            popped: Vec::new(),
        };
        // The root record was written before the watch began.
        state.touch(PAGE, PAGE + 1);
        state
    }

    pub(super) fn size(&self) -> u64 {
        self.size
    }

    pub(super) fn span(&self, region: Region) -> Span {
        self.regions[region as usize]
    }

    // Events.

    pub(super) fn begin_event(&mut self, label: &str) -> u64 {
        self.events.push(Arc::from(label));
        self.depth = 0;
        self.moving = None;
        self.forbidden.clear();
        self.left = self.limit;
        self.events.len() as u64 - 1
    }

    fn now(&self) -> u32 {
        (self.events.len() - 1) as u32
    }

    pub(super) fn event(&self) -> Event {
        self.event_at(self.now())
    }

    fn event_at(&self, number: u32) -> Event {
        Event {
            number: u64::from(number),
            label: self.events[number as usize].clone(),
        }
    }

    // Work and pages.

    #[inline]
    pub(super) fn side(&mut self) -> &mut Side {
        match self.depth {
            0 => &mut self.work.program,
            _ => &mut self.work.manager,
        }
    }

    /// Marks the pages of `start..end` as touched; returns how many were not.
    #[inline]
    pub(super) fn touch(&mut self, start: u64, end: u64) -> u64 {
        let mut new = 0;
        for page in start / PAGE..end.min(self.size).div_ceil(PAGE) {
            let word = &mut self.touched[(page / 64) as usize];
            let bit = 1 << (page % 64);
            new += u64::from(*word & bit == 0);
            *word |= bit;
        }
        new
    }

    pub(super) fn is_touched(&self, page: u64) -> bool {
        page < self.size / PAGE && self.touched[(page / 64) as usize] >> (page % 64) & 1 == 1
    }

    pub(super) fn touched_pages(&self) -> impl Iterator<Item = u64> + '_ {
        (0..self.size / PAGE).filter(|&page| self.is_touched(page))
    }

    pub(super) fn touched_count(&self) -> u64 {
        self.touched
            .iter()
            .map(|word| u64::from(word.count_ones()))
            .sum()
    }

    // Shared pages.

    /// All pages that are touched now are shared, and none is copied.
    pub(super) fn share(&mut self) {
        self.shared.clone_from(&self.touched);
        self.shared_pages = self.touched_count();
        self.copied_pages = 0;
    }

    /// Bytes of `start..end` are written: those of its pages that are shared are copied.
    #[inline]
    pub(super) fn copy_shared(&mut self, start: u64, end: u64) {
        if !self.shared.is_empty() {
            self.copied_pages += self.unshare(start / PAGE, end.div_ceil(PAGE));
        }
    }

    /// These pages are not shared any more; returns how many of them were.
    fn unshare(&mut self, first: u64, end: u64) -> u64 {
        let mut were = 0;
        for page in first..end {
            if let Some(word) = self.shared.get_mut((page / 64) as usize) {
                were += *word >> (page % 64) & 1;
                *word &= !(1 << (page % 64));
            }
        }
        were
    }

    // Written bytes.

    /// Marks the bytes `start..end` as written, or as not written.
    #[inline]
    pub(super) fn set_written(&mut self, start: u64, end: u64, value: bool) {
        if start >= end {
            return;
        }
        let (first, last) = ((start / WORD) as usize, ((end - 1) / WORD) as usize);
        let (head, tail) = edge_masks(start, end);
        let mut set = |word: usize, mask: u8| match value {
            true => *self.written.cell(word) |= mask,
            false => *self.written.cell(word) &= !mask,
        };
        if first == last {
            set(first, head & tail);
            return;
        }
        set(first, head);
        set(last, tail);
        self.written
            .range(first + 1..last)
            .fill(if value { 0xff } else { 0 });
    }

    /// The first byte of `start..end` that was never written.
    #[inline]
    pub(super) fn first_unwritten(&self, start: u64, end: u64) -> Option<u64> {
        if start >= end {
            return None;
        }
        let (first, last) = ((start / WORD) as usize, ((end - 1) / WORD) as usize);
        let (head, tail) = edge_masks(start, end);
        for word in first..=last {
            let mut mask = 0xff;
            if word == first {
                mask &= head;
            }
            if word == last {
                mask &= tail;
            }
            let missing = mask & !self.written[word];
            if missing != 0 {
                return Some(word as u64 * WORD + u64::from(missing.trailing_zeros()));
            }
        }
        None
    }

    /// Copies the marks of `from..from + len` to `to`, as the bytes were copied. Only the heap and
    /// the stack have marks: everything else counts as written.
    pub(super) fn copy_written(&mut self, from: u64, to: u64, len: u64) {
        let marked = |region| self.span(region).holds(from, from + len);
        if !marked(Region::Heap) && !marked(Region::Stack) {
            self.set_written(to, to + len, true);
            return;
        }
        if (from | to | len).is_multiple_of(WORD) {
            let words = (from / WORD) as usize..((from + len) / WORD) as usize;
            self.written.copy_within(words, (to / WORD) as usize);
            return;
        }
        let marks: Vec<bool> = (from..from + len)
            .map(|byte| self.first_unwritten(byte, byte + 1).is_none())
            .collect();
        for (byte, value) in (to..).zip(marks) {
            self.set_written(byte, byte + 1, value);
        }
    }

    // Blocks.

    /// The number of the block that has the word at `addr`, or had it last; 0: none.
    #[inline]
    pub(super) fn owner(&self, addr: u64) -> u32 {
        match self.owner.get((addr / WORD) as usize) {
            Some(&number) => number,
            None => 0,
        }
    }

    #[inline]
    pub(super) fn block(&self, number: u32) -> &Block {
        &self.blocks[number as usize]
    }

    pub(super) fn info(&self, number: u32) -> BlockInfo {
        let block = self.block(number);
        BlockInfo {
            addr: Addr::at(block.addr),
            size: block.size,
            born: self.event_at(block.born),
            died: (!block.is_live()).then(|| self.event_at(block.died)),
        }
    }

    pub(super) fn info_at(&self, addr: u64) -> Option<BlockInfo> {
        match self.owner(addr) {
            0 => None,
            number => Some(self.info(number)),
        }
    }

    pub(super) fn live_blocks(&self) -> Vec<BlockInfo> {
        let mut numbers: Vec<u32> = (1..self.blocks.len() as u32)
            .filter(|&number| self.block(number).is_live())
            .collect();
        numbers.sort_unstable_by_key(|&number| self.block(number).addr);
        numbers
            .into_iter()
            .map(|number| self.info(number))
            .collect()
    }

    /// The first live block with a byte in `start..end`, other than `but`.
    pub(super) fn live_in(&self, start: u64, end: u64, but: u32) -> Option<u32> {
        let words = (start / WORD) as usize..end.min(self.size).div_ceil(WORD) as usize;
        let live = |number: u32| {
            let block = self.block(number);
            // The last word of a block may go on behind its last byte.
            let last = block.addr.saturating_add(block.size.max(1));
            number != 0 && number != but && block.is_live() && block.addr < end && start < last
        };
        self.owner[words]
            .iter()
            .copied()
            .find(|&number| live(number))
    }

    /// A block of `size` bytes was handed out at `addr`; nothing in it is written.
    pub(super) fn hand_out(&mut self, addr: u64, size: u64) -> u32 {
        let words = (addr / WORD) as usize..(addr + size.max(1)).div_ceil(WORD) as usize;
        let block = Block {
            addr,
            size,
            born: self.now(),
            died: LIVE,
            words: words.len() as u64,
        };
        let number = match self.forgotten.pop() {
            Some(number) => {
                self.blocks[number as usize] = block;
                number
            }
            None => {
                self.blocks.push(block);
                self.blocks.len() as u32 - 1
            }
        };
        for word in words.clone() {
            let old = std::mem::replace(self.owner.cell(word), number);
            if old != 0 {
                let block = &mut self.blocks[old as usize];
                block.words -= 1;
                if block.words == 0 {
                    self.forgotten.push(old);
                }
            }
        }
        self.written.range(words).fill(0);
        self.live += 1;
        number
    }

    /// The block was taken back.
    pub(super) fn take_back(&mut self, number: u32) {
        self.blocks[number as usize].died = self.now();
        self.live -= 1;
    }

    // Realloc.

    /// Remembers what a block holds before `realloc` may move it.
    pub(super) fn remember(&self, memory: &Memory, number: u32) -> Moving {
        let block = self.block(number);
        let words = (block.addr / WORD) as usize..block.end().div_ceil(WORD) as usize;
        Moving {
            number,
            bytes: memory.peek(Addr::at(block.addr), block.size),
            written: self.written[words].to_vec(),
        }
    }

    /// The offset of the first byte that was written before the move and differs after it.
    pub(super) fn first_lost(&self, memory: &Memory, moving: &Moving, to: Addr) -> Option<u64> {
        let now = memory.peek(to, moving.bytes.len() as u64);
        if now == moving.bytes {
            return None;
        }
        let was_written = |byte: usize| moving.written[byte / 8] >> (byte % 8) & 1 == 1;
        (0..now.len())
            .find(|&byte| now[byte] != moving.bytes[byte] && was_written(byte))
            .map(|byte| byte as u64)
    }

    /// The block has moved to `addr` and has `size` bytes now.
    pub(super) fn moved(&mut self, moving: &Moving, addr: u64, size: u64) -> u32 {
        let old = *self.block(moving.number);
        let number = self.hand_out(addr, size);
        if old.addr == addr {
            self.blocks[number as usize].born = old.born;
        }
        let first = (addr / WORD) as usize;
        let kept = old.size.min(size);
        let words = kept.div_ceil(WORD) as usize;
        self.written
            .range(first..first + words)
            .copy_from_slice(&moving.written[..words]);
        self.set_written(addr + kept, addr + words as u64 * WORD, false);
        number
    }

    // Regions.

    /// Whether a write to `start..end` may change a region record.
    #[inline]
    pub(super) fn changes_regions(start: u64, end: u64) -> bool {
        const FIRST: u64 = ROOT.get() + 48;
        const LAST: u64 = FIRST + 4 * RegionRecord::SIZE;
        start < LAST && end > FIRST
    }

    /// Reads the region records again.
    #[cold]
    pub(super) fn refresh(&mut self, memory: &Memory) {
        self.stale = false;
        let old = self.span(Region::Stack);
        for region in Region::ALL {
            let record = Root::of(memory).region(region);
            let word = |at: Addr| memory.peek_word(at).min(self.size);
            self.regions[region as usize] = Span {
                start: word(record.start().addr()),
                end: word(record.end().addr()),
                limit: word(record.limit().addr()),
            };
        }
        let new = self.span(Region::Stack);
        if new.start < old.start {
            // Pushed: what a frame held that was popped before is not the new frame's.
            while self
                .popped
                .last()
                .is_some_and(|last| last.start >= new.start)
            {
                self.popped.pop();
            }
            // A smaller frame covers only a part of what was popped.
            if let Some(last) = self.popped.last_mut() {
                last.end = last.end.min(new.start);
            }
            self.set_written(new.start.max(new.limit), old.start, false);
        } else if new.start > old.start && old.start > 0 {
            self.popped.push(Popped {
                start: old.start,
                end: new.start,
                event: self.now(),
            });
        }
    }

    /// The event in which the frame at `addr`, below the top, was popped.
    pub(super) fn popped_at(&self, addr: u64) -> Option<Event> {
        let popped = self
            .popped
            .iter()
            .find(|popped| (popped.start..popped.end).contains(&addr));
        popped.map(|popped| self.event_at(popped.event))
    }

    /// Pages were given back: they read as zeros, and nobody has touched them.
    pub(super) fn give_back(&mut self, start: u64, end: u64) {
        for page in start / PAGE..end / PAGE {
            self.touched[(page / 64) as usize] &= !(1 << (page % 64));
        }
        // Nobody copies what nobody wants.
        self.unshare(start / PAGE, end / PAGE);
        self.set_written(start, end, false);
        self.stale |= State::changes_regions(start, end);
    }
}

/// The bytes of the first and of the last word of `start..end` that lie in it.
#[inline]
fn edge_masks(start: u64, end: u64) -> (u8, u8) {
    (0xff << (start % WORD), 0xff >> ((WORD - end % WORD) % WORD))
}
