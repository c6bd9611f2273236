//! Functions and their calls: code in the text region, frames in the stack region.
//!
//! CPython 3.11 keeps code objects in the heap and frames on a *data stack* of heap memory
//! (`_PyThreadState_BumpFramePointer` in `Include/internal/pycore_frame.h`, `push_chunk` in
//! `Python/pystate.c`). The model process puts them where the textbook has them; the chapters say
//! which is which.

use crate::{Addr, Field, Memory, WORD, record};

record! {
    /// A function's code: what does not change from call to call. It lies in the text region.
    ///
    /// After its fields follow `co_nlocals` words, each the address of a local variable's name.
    /// Names are C strings: bytes up to a 0 byte.
    /// (CPython 3.11: `struct PyCodeObject`, `Include/cpython/code.h`.)
    pub struct Code[16] {
        /// The address of the function's name.
        0 => co_name: Addr,
        /// How many local variables it has, parameters included.
        8 => co_nlocals: u64,
    }

    /// The call of a function that is running. It lies in the stack region.
    ///
    /// After its fields follow `co_nlocals` words, one for each local variable: the address of the
    /// object that the name refers to, or 0 while it is not bound.
    /// (CPython 3.11: `struct _PyInterpreterFrame`, `Include/internal/pycore_frame.h`.)
    // ANCHOR: frame
    pub struct Frame[24] {
        /// The code that runs.
        0 => f_code: Addr,
        /// The frame of the caller, or NULL at the bottom of the stack.
        8 => previous: Option<Addr>,
        /// The size of the whole frame in bytes, local variables included.
        16 => size: u64,
    }
    // ANCHOR_END: frame
}

impl<'m> Code<'m> {
    /// The place of the address of local variable `index`'s name.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn co_varname(self, index: u64) -> Field<'m, Addr> {
        Field::at(self.memory(), self.addr().plus(Code::SIZE + WORD * index))
    }
}

impl<'m> Frame<'m> {
    /// The place of local variable `index` (`localsplus[index]`).
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn local(self, index: u64) -> Field<'m, Option<Addr>> {
        Field::at(self.memory(), self.addr().plus(Frame::SIZE + WORD * index))
    }

    /// The code that runs in this frame.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn code(self) -> Code<'m> {
        Code::at(self.memory(), self.f_code().get())
    }

    /// The size in bytes of a frame for a function with `nlocals` local variables.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub const fn size_for(nlocals: u64) -> u64 {
        Frame::SIZE + WORD * nlocals
    }
}

/// Reads a C string: the bytes from `addr` up to a 0 byte, at most 255 of them, as text. Bytes that
/// are not UTF-8 become U+FFFD.
#[must_use]
pub fn c_string(memory: &Memory, addr: Addr) -> String {
    let bytes: Vec<u8> = (0..255)
        .map(|offset| memory.load_u8(addr.plus(offset)))
        .take_while(|&byte| byte != 0)
        .collect();
    String::from_utf8_lossy(&bytes).into_owned()
}
