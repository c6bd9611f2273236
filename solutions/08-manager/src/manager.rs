//! The manager: one line for each thing that you have built.

use std::marker::PhantomData;

use memory::manager::{Event, Policy, Statistics};
use memory::{Addr, Clock, Domain, Geometry, Heap, Manager, Memory, MemoryError};

use crate::start::allocator;
use crate::tables::Table;
use crate::{fork, policy, start, stats};

/// Your memory manager, in the range of a [`Memory`], with blocks, pools and arenas of geometry `G` and
/// with the clock `C`.
///
/// It is only a view: all that it knows is in the range.
#[derive(Debug)]
pub struct PrivateHeap<'m, G, C> {
    memory: &'m Memory,
    made_of: PhantomData<fn() -> (G, C)>,
}

impl<'m, G: Geometry, C: Clock> PrivateHeap<'m, G, C> {
    /// Starts a manager in a new range. Given.
    ///
    /// # Errors
    /// Those of [`start`](start::start).
    pub fn start(memory: &'m Memory) -> Result<Self, MemoryError> {
        let manager = PrivateHeap::attach(memory);
        start::start::<G>(&manager.heap())?;
        Ok(manager)
    }

    /// The manager that lives in this range already. Given.
    #[must_use]
    pub fn attach(memory: &'m Memory) -> Self {
        PrivateHeap {
            memory,
            made_of: PhantomData,
        }
    }
}

// ANCHOR: manager
impl<G: Geometry, C: Clock> Manager for PrivateHeap<'_, G, C> {
    fn heap(&self) -> Heap<'_> {
        Heap {
            memory: self.memory,
            object: const { arenas::pymalloc::<G>() },
            types: const { &Table::<C>::TYPES },
        }
    }

    fn malloc(&self, domain: Domain, size: u64) -> Result<Addr, MemoryError> {
        // task 8.15: lab 6, through the domain's allocator
        (allocator::<G>(domain).malloc)(self.memory, size)
        // end task 8.15
    }

    fn realloc(&self, domain: Domain, block: Addr, size: u64) -> Result<Addr, MemoryError> {
        // task 8.15: lab 6
        (allocator::<G>(domain).realloc)(self.memory, block, size)
        // end task 8.15
    }

    fn free(&self, domain: Domain, block: Addr) {
        // task 8.15: lab 6
        (allocator::<G>(domain).free)(self.memory, block);
        // end task 8.15
    }

    fn alloc(&self, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
        // task 8.15: the type's slot
        self.heap().alloc(ty, nitems)
        // end task 8.15
    }

    fn new_ref(&self, op: Addr) -> Addr {
        // task 8.15: lab 3
        refcounts::new_ref(&self.heap(), op)
        // end task 8.15
    }

    fn decref(&self, op: Addr) {
        // task 8.15: lab 3
        refcounts::decref(&self.heap(), op);
        // end task 8.15
    }

    fn collect(&self, generation: u64) -> Option<u64> {
        // task 8.15: lab 7
        let generation = i64::try_from(generation).ok()?;
        generations::collect(&self.heap(), generation).ok()
        // end task 8.15
    }

    fn set_threshold(&self, thresholds: &[u64]) {
        // task 8.15: lab 7
        generations::threshold::set_threshold(&self.heap(), thresholds);
        // end task 8.15
    }

    fn get_count(&self) -> [u64; 3] {
        // task 8.15: lab 7
        generations::threshold::get_count(&self.heap())
        // end task 8.15
    }

    fn is_tracked(&self, op: Addr) -> bool {
        // task 8.15: lab 4
        cycles::is_tracked(&self.heap(), op)
        // end task 8.15
    }

    fn set_policy(&self, policy: Policy) {
        // task 8.15: this lab
        policy::set_policy::<C>(&self.heap(), policy);
        // end task 8.15
    }

    fn safe_point(&self, event: Event) -> u64 {
        // task 8.15: this lab
        policy::safe_point::<C>(&self.heap(), event)
        // end task 8.15
    }

    fn before_fork(&self) {
        // task 8.15: this lab
        fork::before_fork(&self.heap());
        // end task 8.15
    }

    fn after_fork(&self) {
        // task 8.15: this lab
        fork::after_fork(&self.heap());
        // end task 8.15
    }

    fn statistics(&self) -> Statistics {
        // task 8.15: this lab
        stats::statistics::<G>(&self.heap())
        // end task 8.15
    }
}
// ANCHOR_END: manager
