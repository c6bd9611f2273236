//! CPython's own: `PyObject_Malloc`, `PyObject_Realloc` and `PyObject_Free` of an installed libpython.

use std::ffi::{c_int, c_void};

use anyhow::{Context, Result};
use libloading::os::unix::{Library, RTLD_LOCAL, RTLD_NOW, Symbol};

use crate::allocator::subject::Subject;
use crate::allocator::subjects::foreign::{given, pointer_bytes};
use crate::python::LibPython;

/// An interpreter in this process. Its functions are called as an extension module calls them, through
/// the public entry. The thread that started it holds its GIL from then on.
pub(crate) struct CPython {
    malloc: extern "C" fn(usize) -> *mut c_void,
    realloc: extern "C" fn(*mut c_void, usize) -> *mut c_void,
    free: extern "C" fn(*mut c_void),
}

impl CPython {
    /// Loads the library and starts the interpreter, without signal handlers. Both stay until the
    /// process ends.
    pub(crate) fn start(python: &LibPython) -> Result<CPython> {
        let name = python.path.display();
        // Local, so that two Pythons in one process do not find one another's functions.
        // SAFETY: a libpython does nothing when it is loaded.
        let library = unsafe { Library::open(Some(&python.path), RTLD_NOW | RTLD_LOCAL) }
            .with_context(|| format!("cannot load {name}"))?;
        let missing = || format!("{name} has not all functions of CPython");
        // SAFETY: these are the functions' types in `Include/objimpl.h` and `Include/pylifecycle.h`.
        let (malloc, realloc, free, start): (Symbol<_>, Symbol<_>, Symbol<_>, Symbol<_>) = unsafe {
            (
                library.get(b"PyObject_Malloc").with_context(missing)?,
                library.get(b"PyObject_Realloc").with_context(missing)?,
                library.get(b"PyObject_Free").with_context(missing)?,
                library
                    .get::<extern "C" fn(c_int)>(b"Py_InitializeEx")
                    .with_context(missing)?,
            )
        };
        // SAFETY: the benchmark has one thread.
        unsafe {
            match python.home() {
                Some(home) => std::env::set_var("PYTHONHOME", home),
                None => std::env::remove_var("PYTHONHOME"),
            }
        }
        start(0);
        let subject = CPython {
            malloc: *malloc,
            realloc: *realloc,
            free: *free,
        };
        std::mem::forget(library);
        Ok(subject)
    }
}

impl Subject for CPython {
    pointer_bytes!();

    #[inline(always)]
    fn alloc(&mut self, size: usize) -> *mut u8 {
        given((self.malloc)(size))
    }

    #[inline(always)]
    fn realloc(&mut self, block: *mut u8, _old: usize, size: usize) -> *mut u8 {
        given((self.realloc)(block.cast(), size))
    }

    #[inline(always)]
    fn free(&mut self, block: *mut u8) {
        (self.free)(block.cast());
    }
}
