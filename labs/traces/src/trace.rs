//! A trace that was read: checked once, then an iterator without errors.

use crate::wire::{self, Aged};
use crate::{Event, TraceError};

/// A trace in memory. It was checked as a whole: each resized and each freed block is live.
#[derive(Clone, Debug)]
pub struct Trace {
    program: String,
    python: String,
    events: u64,
    slots: usize,
    bytes: Vec<u8>,
}

impl Trace {
    /// Reads a trace in the format that the crate's first page describes, and checks all of it.
    ///
    /// # Errors
    /// Whatever the bytes, a [`TraceError`] and no panic. No more memory is taken than a whole
    /// trace of this length could need.
    pub fn read(file: &[u8]) -> Result<Trace, TraceError> {
        let mut rest = file
            .strip_prefix(wire::MAGIC)
            .ok_or(TraceError::NotATrace)?;
        match wire::take_byte(&mut rest) {
            Some(wire::VERSION) => {}
            Some(other) => return Err(TraceError::Version(other)),
            None => return Err(TraceError::Header),
        }
        let program = take_text(&mut rest).ok_or(TraceError::Header)?;
        let python = take_text(&mut rest).ok_or(TraceError::Header)?;
        let mut number = || wire::take_number(&mut rest).ok_or(TraceError::Header);
        let (events, slots, length) = (number()?, number()?, number()?);
        let trace = Trace {
            program,
            python,
            events,
            slots: usize::try_from(slots).map_err(|_| TraceError::Header)?,
            bytes: unpack(rest, length)?,
        };
        trace.check()?;
        Ok(trace)
    }

    /// What was run: a file's name and its arguments.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// The Python that ran it, as `3.11.2`.
    #[must_use]
    pub fn python(&self) -> &str {
        &self.python
    }

    /// The number of events.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.events
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// How many blocks are live at once at most. Every id is smaller.
    #[must_use]
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// All events. What Python itself never frees is still live at the end.
    #[must_use]
    pub fn events(&self) -> Events<'_> {
        Events {
            bytes: &self.bytes,
            blocks: Blocks::default(),
        }
    }

    /// The first `count` events, and then a [`Free`](Event::Free) of each block that is still live,
    /// in the order of their ids: a short run that ends with an empty heap.
    #[must_use]
    pub fn head(&self, count: u64) -> Head<'_> {
        Head {
            events: self.events(),
            left: count,
            live: Vec::new(),
            next: 0,
        }
    }

    fn check(&self) -> Result<(), TraceError> {
        let mut events = self.events();
        let mut number = 0;
        while !events.bytes.is_empty() {
            number += 1;
            if events.try_next().is_none() {
                return Err(TraceError::Event { number });
            }
        }
        if number != self.events || events.blocks.slots() != self.slots {
            return Err(TraceError::Counts);
        }
        Ok(())
    }
}

/// The events of a [`Trace`], in order.
#[derive(Clone, Debug)]
pub struct Events<'t> {
    bytes: &'t [u8],
    blocks: Blocks,
}

impl Events<'_> {
    /// The next event; `None` at the end, and where there is an impossible one.
    fn try_next(&mut self) -> Option<Event> {
        Some(match wire::take_event(&mut self.bytes)? {
            Aged::Alloc { size } => Event::Alloc {
                id: self.blocks.alloc()?,
                size,
            },
            Aged::Realloc { age, size } => Event::Realloc {
                id: self.blocks.of_age(age)?,
                size,
            },
            Aged::Free { age } => Event::Free {
                id: self.blocks.free(age)?,
            },
        })
    }
}

impl Iterator for Events<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        self.try_next()
    }
}

/// The first events of a [`Trace`], with all blocks freed at the end: see [`Trace::head`].
#[derive(Clone, Debug)]
pub struct Head<'t> {
    events: Events<'t>,
    left: u64,
    /// By id: is this block live?
    live: Vec<bool>,
    /// All ids below this one were freed at the end already.
    next: usize,
}

impl Iterator for Head<'_> {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        if self.left > 0 {
            self.left -= 1;
            if let Some(event) = self.events.next() {
                match event {
                    Event::Alloc { id, .. } => {
                        let id = id as usize;
                        self.live.resize(self.live.len().max(id + 1), false);
                        self.live[id] = true;
                    }
                    Event::Realloc { .. } => {}
                    Event::Free { id } => self.live[id as usize] = false,
                }
                return Some(event);
            }
            self.left = 0;
        }
        let id = self.next + self.live.get(self.next..)?.iter().position(|&live| live)?;
        self.next = id + 1;
        Some(Event::Free { id: id as u32 })
    }
}

/// In place of an id: this block is free.
const FREED: u32 = u32::MAX;

/// Which block has which age and which id. Encoder and decoder keep the same one.
#[derive(Clone, Debug, Default)]
pub(crate) struct Blocks {
    /// The id of the first block that was ever allocated, of the second, and so on.
    ids: Vec<u32>,
    /// Ids that may be used again; the last one is next.
    free: Vec<u32>,
    used: u32,
}

impl Blocks {
    /// A new block's id; `None` if there are no more.
    pub(crate) fn alloc(&mut self) -> Option<u32> {
        let id = match self.free.pop() {
            Some(id) => id,
            None => {
                let id = self.used;
                self.used = id.checked_add(1).filter(|&used| used < FREED)?;
                id
            }
        };
        self.ids.push(id);
        Some(id)
    }

    /// The id of the live block of this age.
    pub(crate) fn of_age(&self, age: u32) -> Option<u32> {
        let id = self.ids[self.place(age)?];
        (id != FREED).then_some(id)
    }

    /// Frees the live block of this age, and returns its id.
    pub(crate) fn free(&mut self, age: u32) -> Option<u32> {
        let id = self.of_age(age)?;
        let place = self.place(age)?;
        self.ids[place] = FREED;
        self.free.push(id);
        Some(id)
    }

    /// How many blocks were allocated so far.
    pub(crate) fn allocated(&self) -> usize {
        self.ids.len()
    }

    /// How many ids are in use or were.
    pub(crate) fn slots(&self) -> usize {
        self.used as usize
    }

    fn place(&self, age: u32) -> Option<usize> {
        self.ids.len().checked_sub(age as usize + 1)
    }
}

fn take_text(rest: &mut &[u8]) -> Option<String> {
    let len = usize::try_from(wire::take_number(rest)?).ok()?;
    let text = rest.get(..len)?;
    *rest = &rest[len..];
    String::from_utf8(text.to_vec()).ok()
}

/// Unpacks `length` bytes from `packed`.
fn unpack(packed: &[u8], length: u64) -> Result<Vec<u8>, TraceError> {
    // Deflate packs at most 1032 bytes into one. So a damaged length cannot make us take more.
    let most = packed.len().saturating_mul(1032);
    let length = usize::try_from(length)
        .ok()
        .filter(|&length| length <= most)
        .ok_or(TraceError::Compression)?;
    match miniz_oxide::inflate::decompress_to_vec_zlib_with_limit(packed, length) {
        Ok(bytes) if bytes.len() == length => Ok(bytes),
        _ => Err(TraceError::Compression),
    }
}
