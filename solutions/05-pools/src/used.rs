//! The lists of used pools, one for each size class.
//!
//! A pool is *used* when some of its blocks are allocated and some are not. Only such pools are on a
//! list, since only they can serve a request of their class. The list is circular and doubly
//! linked, and its head looks like one more pool: so no link is ever NULL, and linking and unlinking
//! have no special cases.
//!
//! ```text
//!        head (PoolHeader::used, in the root's page)
//!   +--> nextpool ---> pool ---> pool ---+
//!   |                                    |
//!   +------------------------------------+        and back again through prevpool
//! ```

use memory::pool::PoolHeader;
use memory::{Addr, Geometry, Memory};

/// Makes the lists of all `G::CLASSES` classes empty: each head's `nextpool` and `prevpool` are the
/// address of the head itself. ([`PoolHeader::used`] is the head of a class.)
///
/// It writes these words and nothing else, two for each class. (`usedpools`, `Objects/obmalloc.c`,
/// 3.11, where the compiler writes them.)
pub fn init_used<G: Geometry>(memory: &Memory) {
    // task 5.2: an empty ring is a head that is its own neighbour
    for szidx in 0..G::CLASSES {
        let head = PoolHeader::used(memory, szidx);
        head.nextpool().set(Some(head.addr()));
        head.prevpool().set(Some(head.addr()));
    }
    // end task 5.2
}

/// Puts the pool at `pool` in front of the list of class `szidx`: the next request of the class
/// is served from it.
///
/// Four links change: the pool's two, the head's `nextpool`, and `prevpool` of the pool that was
/// first (the head itself, if the list was empty).
pub fn link_front(memory: &Memory, pool: Addr, szidx: u64) {
    // task 5.2: between the head and the first
    let head = PoolHeader::used(memory, szidx);
    let header = PoolHeader::at(memory, pool);
    let next = head.nextpool().replace(Some(pool));
    header.nextpool().set(next);
    header.prevpool().set(Some(head.addr()));
    if let Some(next) = next {
        PoolHeader::at(memory, next).prevpool().set(Some(pool));
    }
    // end task 5.2
}

/// Takes the pool at `pool` off the list that it is on: its two neighbours become each other's
/// neighbours. One of them, or both, may be the head. The pool's own links stay as they were: nobody
/// reads them any more.
pub fn unlink(memory: &Memory, pool: Addr) {
    // task 5.2: the neighbours close the gap
    let header = PoolHeader::at(memory, pool);
    let (next, prev) = (header.nextpool().get(), header.prevpool().get());
    if let (Some(next), Some(prev)) = (next, prev) {
        PoolHeader::at(memory, prev).nextpool().set(Some(next));
        PoolHeader::at(memory, next).prevpool().set(Some(prev));
    }
    // end task 5.2
}
