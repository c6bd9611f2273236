//! What goes through the pipe: the Python's version, one [`Call`] after another, and an end.

use std::io::{self, Read, Write};

/// One call of the allocator that succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    /// A new block.
    Alloc { block: u64, size: u64 },
    /// `old` is now `block`.
    Realloc { old: u64, block: u64, size: u64 },
    /// A block is given back.
    Free { block: u64 },
    /// Python is finalized: nothing is missing.
    End,
}

const WORDS: usize = 4;

/// Writes the version, the first thing in the pipe.
pub(crate) fn write_version(pipe: &mut impl Write, version: &str) -> io::Result<()> {
    pipe.write_all(&[u8::try_from(version.len()).map_err(io::Error::other)?])?;
    pipe.write_all(version.as_bytes())
}

/// Reads the version; `None` if the other side ended before it wrote one.
pub(crate) fn read_version(pipe: &mut impl Read) -> io::Result<Option<String>> {
    let mut len = [0];
    if pipe.read(&mut len)? == 0 {
        return Ok(None);
    }
    let mut text = vec![0; len[0].into()];
    pipe.read_exact(&mut text)?;
    Ok(Some(String::from_utf8_lossy(&text).into_owned()))
}

/// Writes a call.
pub(crate) fn write_call(pipe: &mut impl Write, call: Call) -> io::Result<()> {
    let words = match call {
        Call::Alloc { block, size } => [0, block, size, 0],
        Call::Realloc { old, block, size } => [1, block, size, old],
        Call::Free { block } => [2, block, 0, 0],
        Call::End => [3, 0, 0, 0],
    };
    let mut bytes = [0; 8 * WORDS];
    for (to, word) in bytes.chunks_exact_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    pipe.write_all(&bytes)
}

/// Reads a call; an error of the kind `UnexpectedEof` if the other side ended without [`Call::End`].
pub(crate) fn read_call(pipe: &mut impl Read) -> io::Result<Call> {
    let mut bytes = [0; 8 * WORDS];
    pipe.read_exact(&mut bytes)?;
    let mut words = [0; WORDS];
    for (word, from) in words.iter_mut().zip(bytes.chunks_exact(8)) {
        *word = u64::from_le_bytes(from.try_into().expect("eight bytes"));
    }
    let [kind, block, size, old] = words;
    Ok(match kind {
        0 => Call::Alloc { block, size },
        1 => Call::Realloc { old, block, size },
        2 => Call::Free { block },
        _ => Call::End,
    })
}
