//! Two processes that share their pages.
//!
//! A server loads its program once and forks its workers. At first a worker has no memory of its own:
//! it shares every page with its parent, and the operating system copies a page only when one of them
//! writes to it. What writes to old objects, then, costs memory: a page for each of them, in each worker.
//!
//! Counts do, whenever an object is used. And so does the collector: it writes to the head of every
//! object that it looks at, whether the program ever uses it again or not.

use generations::freeze::freeze;
use generations::threshold::{disable, enable};
use memory::Heap;

/// In the parent, before it loads its program: disables the collector (lab 7's [`disable`]).
///
/// A collection now would free blocks here and there among those that stay. The children would fill
/// those holes with objects of their own, and copy the page of each. What is garbage in cycles by then
/// stays for ever: there should be little of it. (`Doc/library/gc.rst`, `gc.freeze`.)
pub fn before_loading(heap: &Heap) {
    // task 8.9: no holes
    disable(heap);
    // end task 8.9
}

/// In the parent, just before it forks: [`freeze`]s all objects, so that no collection in a child looks
/// at them. The collector stays disabled: the parent may go on and fork the next child.
pub fn before_fork(heap: &Heap) {
    // task 8.9: old objects are nobody's business
    freeze(heap);
    // end task 8.9
}

/// In the child, first of all: [`enable`]s the collector. What the child makes is collected as ever.
///
/// Whatever the policy was, collections are automatic from now on. Who wants another one chooses it after
/// this.
pub fn after_fork(heap: &Heap) {
    // task 8.9: on with it
    enable(heap);
    // end task 8.9
}
