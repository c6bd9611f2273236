//! The process that runs Python, with hooks in front of its allocators.
//!
//! A hook takes a lock, calls the allocator that was there before, and writes the call down before
//! it lets go: otherwise another thread could get the same address in between, and its call be
//! written first. The hooks allocate nothing through Python.

use std::ffi::{CStr, CString, OsString, c_char, c_int, c_void};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::mem::MaybeUninit;
use std::os::fd::{FromRawFd, RawFd};
use std::os::unix::ffi::OsStringExt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use anyhow::{Context, Result};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_NOW};

use crate::wire::{Call, write_call, write_version};

/// The first argument of this process: what follows are the pipe, the library and Python's arguments.
pub(crate) const CHILD: &str = "--run-python";

/// What the process is to do.
pub(crate) struct Child {
    pipe: RawFd,
    library: OsString,
    arguments: Vec<OsString>,
}

/// `PyMemAllocatorEx` (`Include/cpython/pymem.h`, since 3.5).
#[repr(C)]
#[derive(Clone, Copy)]
struct PyMemAllocatorEx {
    ctx: *mut c_void,
    malloc: extern "C" fn(*mut c_void, usize) -> *mut c_void,
    calloc: extern "C" fn(*mut c_void, usize, usize) -> *mut c_void,
    realloc: extern "C" fn(*mut c_void, *mut c_void, usize) -> *mut c_void,
    free: extern "C" fn(*mut c_void, *mut c_void),
}

// SAFETY: `ctx` belongs to Python, which allows any thread that holds the GIL to pass it on.
unsafe impl Send for PyMemAllocatorEx {}
// SAFETY: as above; it is never written.
unsafe impl Sync for PyMemAllocatorEx {}

/// `PYMEM_DOMAIN_MEM` and `PYMEM_DOMAIN_OBJ`.
const DOMAINS: [c_int; 2] = [1, 2];

/// The allocators that were there before; a hook's `ctx` is its place here.
static BEFORE: OnceLock<[PyMemAllocatorEx; 2]> = OnceLock::new();
/// Where calls are written; `None` before the start, after the end, and once a write has failed.
static PIPE: Mutex<Option<BufWriter<File>>> = Mutex::new(None);
/// This process is a fork of the one that is recorded: its calls are none of the trace's business.
static FORKED: AtomicBool = AtomicBool::new(false);

/// Whether this process was started to run Python.
pub(crate) fn wanted() -> Option<Child> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != CHILD {
        return None;
    }
    Some(Child {
        pipe: arguments.next()?.to_str()?.parse().ok()?,
        library: arguments.next()?,
        arguments: arguments.collect(),
    })
}

/// Runs Python and ends this process with its exit status.
pub(crate) fn run(child: Child) -> Result<()> {
    // SAFETY: the parent process made this pipe for us and nobody else uses it.
    let mut pipe = BufWriter::with_capacity(1 << 16, unsafe { File::from_raw_fd(child.pipe) });
    let name = child.library.to_string_lossy().into_owned();
    let flags = RTLD_NOW | RTLD_GLOBAL; // extension modules look for Python's functions globally
    // SAFETY: a libpython does nothing when it is loaded.
    let library = unsafe { Library::open(Some(&child.library), flags) }
        .with_context(|| format!("cannot load {name}"))?;
    let missing = |function| format!("{name} has no {function}: it is no CPython since 3.8");

    // SAFETY: this is the function's type in `Include/pylifecycle.h`.
    let version = unsafe { library.get::<extern "C" fn() -> *const c_char>(b"Py_GetVersion") }
        .with_context(|| missing("Py_GetVersion"))?;
    // SAFETY: it returns a static C string.
    let version = unsafe { CStr::from_ptr(version()) }.to_string_lossy();
    write_version(&mut pipe, version.split(' ').next().unwrap_or_default())?;
    *lock() = Some(pipe);

    type Access = extern "C" fn(c_int, *mut PyMemAllocatorEx);
    // SAFETY: both have this type in `Include/cpython/pymem.h`.
    let (get, set) = unsafe {
        (
            library.get::<Access>(b"PyMem_GetAllocator"),
            library.get::<Access>(b"PyMem_SetAllocator"),
        )
    };
    let get = get.with_context(|| missing("PyMem_GetAllocator"))?;
    let set = set.with_context(|| missing("PyMem_SetAllocator"))?;
    // SAFETY: this is the function's type in `Include/pylifecycle.h`.
    let main =
        unsafe { library.get::<extern "C" fn(c_int, *mut *mut c_char) -> c_int>(b"Py_BytesMain") };
    let main = main.with_context(|| missing("Py_BytesMain"))?;
    BEFORE.get_or_init(|| {
        DOMAINS.map(|domain| {
            let mut before = MaybeUninit::uninit();
            get(domain, before.as_mut_ptr());
            // SAFETY: `PyMem_GetAllocator` fills the struct for each of the domains.
            unsafe { before.assume_init() }
        })
    });
    // SAFETY: plain C functions that live as long as the process.
    unsafe {
        libc::atexit(end);
        libc::pthread_atfork(None, None, Some(forked));
    }
    for (place, domain) in DOMAINS.into_iter().enumerate() {
        let mut hook = PyMemAllocatorEx {
            ctx: place as *mut c_void,
            malloc,
            calloc,
            realloc,
            free,
        };
        set(domain, &raw mut hook);
    }

    let mut arguments = vec![c"python3".to_owned().into_raw()];
    for argument in child.arguments {
        arguments.push(CString::new(argument.into_vec())?.into_raw());
    }
    let count = c_int::try_from(arguments.len())?;
    arguments.push(std::ptr::null_mut());
    // On SystemExit this does not return: Python finalizes and calls `exit`, hence `atexit` above.
    let status = main(count, arguments.as_mut_ptr());
    std::process::exit(status);
}

fn lock() -> MutexGuard<'static, Option<BufWriter<File>>> {
    PIPE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Calls the allocator, and writes down what `call` makes of its answer.
fn record<T: Copy>(
    ctx: *mut c_void,
    allocator: impl FnOnce(&PyMemAllocatorEx) -> T,
    call: impl FnOnce(T) -> Option<Call>,
) -> T {
    let before = &BEFORE.get().expect("set before the hooks are")[ctx as usize];
    // Another thread may have held the lock when this process was forked.
    if FORKED.load(Ordering::Relaxed) {
        return allocator(before);
    }
    let mut pipe = lock();
    let answer = allocator(before);
    if let (Some(call), Some(to)) = (call(answer), pipe.as_mut())
        && write_call(to, call).is_err()
    {
        // The recording process has ended and said why. The program may go on.
        *pipe = None;
    }
    answer
}

fn address(block: *mut c_void) -> u64 {
    block as u64
}

fn new(block: *mut c_void, size: usize) -> Option<Call> {
    (!block.is_null()).then_some(Call::Alloc {
        block: address(block),
        size: size as u64,
    })
}

extern "C" fn malloc(ctx: *mut c_void, size: usize) -> *mut c_void {
    record(
        ctx,
        |before| (before.malloc)(before.ctx, size),
        |block| new(block, size),
    )
}

extern "C" fn calloc(ctx: *mut c_void, count: usize, size: usize) -> *mut c_void {
    record(
        ctx,
        |before| (before.calloc)(before.ctx, count, size),
        // If the product does not fit, the block is NULL.
        |block| new(block, count.wrapping_mul(size)),
    )
}

extern "C" fn realloc(ctx: *mut c_void, old: *mut c_void, size: usize) -> *mut c_void {
    record(
        ctx,
        |before| (before.realloc)(before.ctx, old, size),
        |block| match new(block, size)? {
            Call::Alloc { block, size } if !old.is_null() => Some(Call::Realloc {
                old: address(old),
                block,
                size,
            }),
            new => Some(new),
        },
    )
}

extern "C" fn free(ctx: *mut c_void, block: *mut c_void) {
    record(
        ctx,
        |before| (before.free)(before.ctx, block),
        |()| {
            (!block.is_null()).then_some(Call::Free {
                block: address(block),
            })
        },
    );
}

/// At the process's end, after Python's finalization.
extern "C" fn end() {
    if FORKED.load(Ordering::Relaxed) {
        return;
    }
    if let Some(mut pipe) = lock().take() {
        // If this fails, the other side sees a trace without an end, and says so.
        let _ = write_call(&mut pipe, Call::End).and_then(|()| pipe.flush());
    }
}

extern "C" fn forked() {
    FORKED.store(true, Ordering::Relaxed);
}
