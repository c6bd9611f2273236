//! A block for a small request.

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory, MemoryError};

use crate::classes::size_class;
use crate::pool::{init_pool, take_block};
use crate::source::PoolSource;
use crate::used::{first_used, link_front};

/// A block for a request of `size` bytes, 1 to 512: from the first used pool of its class or, if
/// there is none, from a new pool. (`pymalloc_alloc`, `Objects/obmalloc.c`, 3.11.)
///
/// # Errors
/// [`NoMemory`](MemoryError::NoMemory) for a size that no class serves, and the errors of the source.
#[inline]
pub fn malloc<G: Geometry>(
    memory: &Memory,
    size: u64,
    source: &PoolSource,
) -> Result<Addr, MemoryError> {
    // task 5.9: its class, its first used pool, one block
    let no_memory = MemoryError::NoMemory { requested: size };
    let Some(szidx) = size_class::<G>(size) else {
        return Err(no_memory);
    };
    let pool = match first_used(memory, szidx) {
        Some(pool) => pool,
        None => new_pool::<G>(memory, szidx, source)?,
    };
    let header = PoolHeader::of::<G>(memory, pool);
    take_block::<G>(header, szidx).ok_or(no_memory)
    // end task 5.9
}

/// An empty pool from the source, made ready for class `szidx` and put in front of the class's list.
/// Its count is 0.
///
/// If the pool served the same class before, its header and its free list are still right, and stay as they are.
/// Otherwise it is carved anew ([`init_pool`]). (`allocate_from_new_pool`.)
///
/// # Errors
/// Those of the source; nothing is written then.
#[cold]
pub fn new_pool<G: Geometry>(
    memory: &Memory,
    szidx: u64,
    source: &PoolSource,
) -> Result<Addr, MemoryError> {
    // task 5.8: a pool from the source, carved anew only for another class
    let pool = (source.allocate)(memory)?;
    let header = PoolHeader::at(memory, pool);
    header.count().set(0);
    if u64::from(header.szidx().get()) != szidx {
        init_pool::<G>(memory, pool, szidx);
    }
    link_front(memory, pool, szidx);
    Ok(pool)
    // end task 5.8
}
