//! Automatic storage: a frame for each call, pushed and popped at one end of the stack region.

use memory::{Addr, Code, Frame, Memory, MemoryError, PAGE, Region, Root, addr::round_up};

/// Begins a call of the function whose code is at `code`: pushes a frame for it, and returns the
/// frame's address.
///
/// The stack grows downwards. The frame's size is [`Frame::size_for`] the code's `co_nlocals`,
/// rounded up to the root's `alignment`; it lies directly below the stack's old top, and its address
/// is the new top, the stack's `start`. The call fills it in:
///
/// * `f_code` is `code`, `previous` the frame that ran until now (the root's `frame`), `size` the
///   rounded size;
/// * every local variable is unbound, whatever an earlier call left at this place.
///
/// Afterwards the root's `frame` is the new frame, and the heap's `limit` is the stack's new top
/// rounded down to a page.
///
/// The top moves before the frame is written: what lies below the top belongs to nobody.
///
/// # Errors
/// [`OutsideRegion`](MemoryError::OutsideRegion) when `code` does not lie in the used part of the text
/// region, from its `start` to its `end`; `end` itself is outside.
/// [`StackMeetsHeap`](MemoryError::StackMeetsHeap) when the new top would lie below the stack's
/// `limit`, which is the end of the heap; `top` is where it would have been, 0 if it would have been
/// negative. Nothing is written then: the stack is as it was.
pub fn push_frame(memory: &Memory, code: Addr) -> Result<Addr, MemoryError> {
    // task 1.9: make room below the top, fill the frame in, make it the running one
    let root = Root::of(memory);
    let region = Region::Text;
    if !root.region(region).contains(code) {
        return Err(MemoryError::OutsideRegion { addr: code, region });
    }
    let nlocals = Code::at(memory, code).co_nlocals().get();
    let size = round_up(Frame::size_for(nlocals), root.alignment().get()).unwrap_or(u64::MAX);
    let stack = root.region(Region::Stack);
    let limit = stack.limit().get();
    let top = stack.start().get().saturating_sub(size);
    let addr = match Addr::new(top) {
        Some(addr) if top >= limit => addr,
        _ => return Err(MemoryError::StackMeetsHeap { top, limit }),
    };
    stack.start().set(top);
    root.region(Region::Heap).limit().set(top & !(PAGE - 1));
    let frame = Frame::at(memory, addr);
    frame.f_code().set(code);
    frame.previous().set(root.frame().get());
    frame.size().set(size);
    for index in 0..nlocals {
        frame.local(index).set(None);
    }
    root.frame().set(Some(addr));
    Ok(addr)
    // end task 1.9
}

/// Ends the call that is running: pops its frame. The stack's top moves up by the frame's `size`,
/// the frame of the caller (`previous`) becomes the running one, and the heap's `limit` is the
/// stack's new top rounded down to a page.
///
/// The bytes of the popped frame stay as they are: the next call writes over them. Once the top has
/// moved, they belong to nobody, and must not be read.
///
/// # Errors
/// [`NoFrame`](MemoryError::NoFrame) when no call is running. Nothing is written then.
pub fn pop_frame(memory: &Memory) -> Result<(), MemoryError> {
    // task 1.10: make the caller's frame the running one and the stack shorter
    let root = Root::of(memory);
    let running = root.frame().get().ok_or(MemoryError::NoFrame)?;
    let frame = Frame::at(memory, running);
    root.frame().set(frame.previous().get());
    let stack = root.region(Region::Stack);
    let top = stack.start().get() + frame.size().get();
    stack.start().set(top);
    root.region(Region::Heap).limit().set(top & !(PAGE - 1));
    Ok(())
    // end task 1.10
}
