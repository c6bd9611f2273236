//! A block for a small request.

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory, MemoryError};

use crate::classes::{block_size, size_class};
use crate::pool::{init_pool, take_block};
use crate::source::PoolSource;
use crate::used::link_front;

/// A block for a request of `size` bytes, 1 to 512: from the first used pool of its class
/// ([`take_block`]) or, if there is none, from a new one (`malloc_in_new_pool`, given). (`pymalloc_alloc`,
/// `Objects/obmalloc.c`, 3.11.)
///
/// In an empty list the header behind the head is the head, which has no block to give: there is
/// nothing else to ask. So a block from a used pool costs four words: the head's `nextpool`, and what
/// `take_block` looks at.
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) for a size that no class serves, and the errors of the source.
/// The memory is then as it was.
#[inline]
pub fn malloc<G: Geometry>(
    memory: &Memory,
    size: u64,
    source: &PoolSource,
) -> Result<Addr, MemoryError> {
    // task 5.8: its class, the first pool of the list, one block
    let Some(szidx) = size_class::<G>(size) else {
        return Err(MemoryError::NoMemory { requested: size });
    };
    match take_block::<G>(PoolHeader::used(memory, szidx).next(), szidx) {
        Some(block) => Ok(block),
        None => malloc_in_new_pool::<G>(memory, szidx, source),
    }
    // end task 5.8
}

/// A block of class `szidx` from a new pool ([`new_pool`]), which has one to give. Given.
///
/// # Errors
/// Those of the source.
#[cold]
#[inline(never)]
fn malloc_in_new_pool<G: Geometry>(
    memory: &Memory,
    szidx: u64,
    source: &PoolSource,
) -> Result<Addr, MemoryError> {
    let pool = new_pool::<G>(memory, szidx, source)?;
    take_block::<G>(PoolHeader::at(memory, pool), szidx).ok_or(MemoryError::NoMemory {
        requested: block_size::<G>(szidx),
    })
}

/// An empty pool from the source, made ready for class `szidx` and put in front of the class's list.
/// Its count is 0.
///
/// If the pool served the same class before, its header and its free list are still right, and stay as
/// they are. Otherwise it is carved anew ([`init_pool`]). (`allocate_from_new_pool`,
/// `Objects/obmalloc.c`, 3.11.)
///
/// # Errors
/// Those of the source; nothing is written then.
#[cold]
pub fn new_pool<G: Geometry>(
    memory: &Memory,
    szidx: u64,
    source: &PoolSource,
) -> Result<Addr, MemoryError> {
    // task 5.7: a pool from the source, carved anew only for another class
    let pool = (source.allocate)(memory)?;
    let header = PoolHeader::at(memory, pool);
    header.count().set(0);
    if u64::from(header.szidx().get()) != szidx {
        init_pool::<G>(memory, pool, szidx);
    }
    link_front(memory, pool, szidx);
    Ok(pool)
    // end task 5.7
}
