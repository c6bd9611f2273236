//! Four regions in one range, and the storage that lives as long as the process: text and data.

use memory::root::FIRST_FREE;
use memory::{Addr, Code, Memory, MemoryError, PAGE, Region, Root, WORD, addr::round_up};

/// How much room the two regions get that cannot grow later, in bytes. The rest of the range
/// belongs to the heap and the stack together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Room for code. Rounded up to whole pages.
    pub text: u64,
    /// Room for static storage. Rounded up to whole pages.
    pub data: u64,
}

/// Lays the four regions out in the range, all of them empty:
///
/// ```text
/// | page 0 | root | text, room for sizes.text | data, room for sizes.data | heap ->    <- stack |
/// 0      0x1000 0x2000 = FIRST_FREE                                       both share this      size
/// ```
///
/// It writes the four region records of the root, and nothing else:
///
/// | region | `start` and `end` | `limit` |
/// |---|---|---|
/// | text | `FIRST_FREE` | where data starts |
/// | data | `FIRST_FREE` + the text's room | where the heap starts |
/// | heap | that + the data's room | the start of the page that the stack's top lies in, or the size of the range |
/// | stack | the size of the range | the end of the heap |
///
/// Both rooms are rounded up to whole pages, so each region starts on a page.
///
/// # Errors
/// [`DoesNotFit`](MemoryError::DoesNotFit) unless the first two pages, both rooms and one page each
/// for the heap and the stack fit into the range. `needed` is the sum of these (`u64::MAX` if it is
/// larger than a `u64`), `size` the size of the range. Nothing is written then.
pub fn layout(memory: &Memory, sizes: Sizes) -> Result<(), MemoryError> {
    todo!("1.6 write the four region records of the root")
}

/// Takes the next `bytes` bytes of the text or the data region, for as long as the process lives:
/// nothing gives them back. They begin at the region's `end`, rounded up to the root's `alignment`,
/// and read as zeros. The region's `end` moves to just behind them.
///
/// No byte of the region itself is touched.
///
/// # Errors
/// [`RegionFull`](MemoryError::RegionFull) when they would end beyond the region's `limit`.
/// `requested` is `bytes`, `available` what is left behind the rounded-up start (0 if that lies
/// beyond the limit). Nothing is written then.
pub fn reserve(memory: &Memory, region: Region, bytes: u64) -> Result<Addr, MemoryError> {
    todo!("1.7 take aligned bytes at the region's end")
}

/// Takes `bytes` bytes of the data region: static storage. See [`reserve`].
///
/// # Errors
/// Those of [`reserve`].
pub fn static_alloc(memory: &Memory, bytes: u64) -> Result<Addr, MemoryError> {
    reserve(memory, Region::Data, bytes)
}

/// Writes `text` into the text region as a C string: its bytes, then a 0 byte.
///
/// # Errors
/// Those of [`reserve`].
pub fn load_c_string(memory: &Memory, text: &str) -> Result<Addr, MemoryError> {
    let addr = reserve(memory, Region::Text, text.len() as u64 + 1)?;
    memory.write_bytes(addr, text.as_bytes());
    memory.store_u8(addr.plus(text.len() as u64), 0);
    Ok(addr)
}

/// Loads a function into the text region: a [`Code`] record, behind it the addresses of its
/// local variables' names, one word each, and the names themselves as C strings. `varnames` are
/// its local variables, parameters first.
///
/// The function's name is written first, then the variables' names in order, and last the record
/// with its words, whose address is returned.
///
/// # Errors
/// Those of [`reserve`].
pub fn load_code(memory: &Memory, name: &str, varnames: &[&str]) -> Result<Addr, MemoryError> {
    todo!("1.8 write the names, then the record that points at them")
}
