//! Writing a trace.

use crate::trace::Blocks;
use crate::wire::{self, Aged};
use crate::{Event, NotLive};

/// Takes events one by one and makes a trace of them.
#[derive(Clone, Debug)]
pub struct Encoder {
    program: String,
    python: String,
    events: u64,
    blocks: Blocks,
    /// By id: the how-manieth allocation this block was, if it is live.
    born: Vec<Option<usize>>,
    bytes: Vec<u8>,
}

impl Encoder {
    /// A trace without events. `program` and `python` are kept in it, for people to read.
    #[must_use]
    pub fn new(program: &str, python: &str) -> Encoder {
        Encoder {
            program: program.to_owned(),
            python: python.to_owned(),
            events: 0,
            blocks: Blocks::default(),
            born: Vec::new(),
            bytes: Vec::new(),
        }
    }

    /// A block of `size` bytes is allocated. Returns the id that it has until it is freed.
    ///
    /// # Panics
    /// If more than 2^32 - 2 blocks are live at once.
    pub fn alloc(&mut self, size: u32) -> u32 {
        let number = self.blocks.allocated();
        let id = self.blocks.alloc().expect("ids do not run out");
        if id as usize == self.born.len() {
            self.born.push(None);
        }
        self.born[id as usize] = Some(number);
        self.put(Aged::Alloc { size });
        id
    }

    /// The live block `id` is made `size` bytes large.
    ///
    /// # Errors
    /// [`NotLive`] if there is no such block; the trace is then as before.
    pub fn realloc(&mut self, id: u32, size: u32) -> Result<(), NotLive> {
        let age = self.age(id)?;
        self.put(Aged::Realloc { age, size });
        Ok(())
    }

    /// The live block `id` is freed.
    ///
    /// # Errors
    /// As [`realloc`](Encoder::realloc).
    pub fn free(&mut self, id: u32) -> Result<(), NotLive> {
        let age = self.age(id)?;
        self.blocks.free(age);
        self.born[id as usize] = None;
        self.put(Aged::Free { age });
        Ok(())
    }

    /// Any event. The id of a new block is the encoder's choice, and what is returned; the others
    /// return their own.
    ///
    /// # Errors
    /// As [`realloc`](Encoder::realloc).
    pub fn event(&mut self, event: Event) -> Result<u32, NotLive> {
        match event {
            Event::Alloc { size, .. } => Ok(self.alloc(size)),
            Event::Realloc { id, size } => self.realloc(id, size).map(|()| id),
            Event::Free { id } => self.free(id).map(|()| id),
        }
    }

    /// The number of events so far.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.events
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events == 0
    }

    /// The trace as bytes: what [`Trace::read`](crate::Trace::read) reads.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        let mut out = wire::MAGIC.to_vec();
        out.push(wire::VERSION);
        for text in [&self.program, &self.python] {
            wire::put_number(&mut out, text.len() as u64);
            out.extend(text.as_bytes());
        }
        for number in [
            self.events,
            self.blocks.slots() as u64,
            self.bytes.len() as u64,
        ] {
            wire::put_number(&mut out, number);
        }
        out.extend(miniz_oxide::deflate::compress_to_vec_zlib(&self.bytes, 10));
        out
    }

    fn put(&mut self, event: Aged) {
        self.events += 1;
        wire::put_event(&mut self.bytes, event);
    }

    fn age(&self, id: u32) -> Result<u32, NotLive> {
        let born = self.born.get(id as usize).copied().flatten();
        let born = born.ok_or(NotLive { id })?;
        let age = self.blocks.allocated() - 1 - born;
        // More would take 16 GiB for the table of ids alone.
        Ok(u32::try_from(age).expect("a trace has fewer than 2^32 allocations"))
    }
}
