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

impl<G: Geometry, C: Clock> Manager for PrivateHeap<'_, G, C> {
    fn heap(&self) -> Heap<'_> {
        Heap {
            memory: self.memory,
            object: const { arenas::pymalloc::<G>() },
            types: const { &Table::<C>::TYPES },
        }
    }

    fn malloc(&self, domain: Domain, size: u64) -> Result<Addr, MemoryError> {
        todo!("8.15 lab 6, through the domain's allocator")
    }

    fn realloc(&self, domain: Domain, block: Addr, size: u64) -> Result<Addr, MemoryError> {
        todo!("8.15 lab 6")
    }

    fn free(&self, domain: Domain, block: Addr) {
        todo!("8.15 lab 6")
    }

    fn alloc(&self, ty: Addr, nitems: u64) -> Result<Addr, MemoryError> {
        todo!("8.15 the type's slot")
    }

    fn new_ref(&self, op: Addr) -> Addr {
        todo!("8.15 lab 3")
    }

    fn decref(&self, op: Addr) {
        todo!("8.15 lab 3")
    }

    fn collect(&self, generation: u64) -> Option<u64> {
        todo!("8.15 lab 7")
    }

    fn set_threshold(&self, thresholds: &[u64]) {
        todo!("8.15 lab 7")
    }

    fn get_count(&self) -> [u64; 3] {
        todo!("8.15 lab 7")
    }

    fn is_tracked(&self, op: Addr) -> bool {
        todo!("8.15 lab 4")
    }

    fn set_policy(&self, policy: Policy) {
        todo!("8.15 this lab")
    }

    fn safe_point(&self, event: Event) -> u64 {
        todo!("8.15 this lab")
    }

    fn before_fork(&self) {
        todo!("8.15 this lab")
    }

    fn after_fork(&self) {
        todo!("8.15 this lab")
    }

    fn statistics(&self) -> Statistics {
        todo!("8.15 this lab")
    }
}
