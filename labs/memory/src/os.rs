//! The reserved range, as each platform gives it: the only module that talks to the OS.

#[cfg(any(miri, not(any(unix, windows))))]
pub(crate) use fallback::Reservation;
#[cfg(all(unix, not(miri)))]
pub(crate) use unix::Reservation;
#[cfg(all(windows, not(miri)))]
pub(crate) use windows::Reservation;

// SAFETY: a Reservation owns its pages alone and has no tie to the thread that made it. It is not
// `Sync`: its base is a pointer, and nothing says otherwise.
unsafe impl Send for Reservation {}

/// Anonymous pages from `mmap`: the kernel makes each one, full of zeros, when it is first touched.
#[cfg(all(unix, not(miri)))]
mod unix {
    use std::io;
    use std::ptr::NonNull;

    pub(crate) struct Reservation {
        base: NonNull<u8>,
        len: usize,
    }

    impl Reservation {
        /// Reserves `len` bytes of zeros, `len` a multiple of the page size, at most `isize::MAX`.
        pub(crate) fn new(len: usize) -> io::Result<Reservation> {
            #[cfg(any(target_os = "linux", target_os = "android"))]
            let flags = libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            #[cfg(not(any(target_os = "linux", target_os = "android")))]
            let flags = libc::MAP_PRIVATE | libc::MAP_ANON;
            // SAFETY: a fresh anonymous mapping at an address of the kernel's choice touches no
            // memory that anybody else has.
            let base = unsafe {
                libc::mmap(
                    std::ptr::null_mut(),
                    len,
                    libc::PROT_READ | libc::PROT_WRITE,
                    flags,
                    -1,
                    0,
                )
            };
            if base == libc::MAP_FAILED {
                return Err(io::Error::last_os_error());
            }
            match NonNull::new(base.cast::<u8>()) {
                Some(base) => Ok(Reservation { base, len }),
                None => Err(io::Error::other("the mapping lies at address 0")),
            }
        }

        pub(crate) fn base(&self) -> NonNull<u8> {
            self.base
        }

        /// Gives the pages of `start..start + len` back; they read as zeros from now on. Both are
        /// multiples of 4 KiB and lie within the range. Where the system's pages are larger, only
        /// whole ones go back, and the rest is overwritten with zeros.
        pub(crate) fn give_back(&self, start: usize, len: usize) {
            debug_assert!(start + len <= self.len);
            // SAFETY: sysconf has no precondition; asking for the size of a page cannot fail.
            let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
            let page = usize::try_from(page).unwrap_or(4096).max(4096);
            let end = start + len;
            let whole = start.next_multiple_of(page)..end / page * page;
            if whole.start >= whole.end {
                self.zero(start, len);
                return;
            }
            self.zero(start, whole.start - start);
            self.zero(whole.end, end - whole.end);
            if !self.discard(whole.start, whole.end - whole.start) {
                self.zero(whole.start, whole.end - whole.start);
            }
        }

        /// Drops whole pages; false where the system cannot.
        #[cfg(any(target_os = "linux", target_os = "android"))]
        fn discard(&self, start: usize, len: usize) -> bool {
            // SAFETY: the pages lie in our own private anonymous mapping, where Linux promises
            // zeros after MADV_DONTNEED, and nobody holds a reference into it.
            unsafe {
                let first = self.base.as_ptr().add(start);
                libc::madvise(first.cast(), len, libc::MADV_DONTNEED) == 0
            }
        }

        /// Drops whole pages by mapping fresh ones over them: elsewhere `madvise` promises nothing
        /// about what is read afterwards. A call that fails leaves the old pages in place.
        #[cfg(not(any(target_os = "linux", target_os = "android")))]
        fn discard(&self, start: usize, len: usize) -> bool {
            // SAFETY: the pages lie in our own mapping, nobody holds a reference into it, and
            // MAP_FIXED replaces exactly them.
            let fresh = unsafe {
                let first = self.base.as_ptr().add(start);
                let fresh = libc::mmap(
                    first.cast(),
                    len,
                    libc::PROT_READ | libc::PROT_WRITE,
                    libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_FIXED,
                    -1,
                    0,
                );
                fresh == first.cast()
            };
            if !fresh {
                // The old pages may be gone already, so no later access would be safe.
                eprintln!("the operating system took {len} bytes back and gave no new ones");
                std::process::abort();
            }
            true
        }

        fn zero(&self, start: usize, len: usize) {
            // SAFETY: start..start + len lies within the mapping (the caller's promise).
            unsafe { self.base.as_ptr().add(start).write_bytes(0, len) };
        }
    }

    impl Drop for Reservation {
        fn drop(&mut self) {
            // SAFETY: base and len are those of the mapping, which nobody uses any more.
            unsafe { libc::munmap(self.base.as_ptr().cast(), self.len) };
        }
    }
}

/// Pages from `VirtualAlloc`. Windows counts committed pages against its limit even while they are
/// untouched, so ranges are small there (see [`Memory`](crate::Memory)).
#[cfg(all(windows, not(miri)))]
mod windows {
    use std::io;
    use std::ptr::NonNull;

    use windows_sys::Win32::System::Memory::{
        MEM_COMMIT, MEM_DECOMMIT, MEM_RELEASE, MEM_RESERVE, PAGE_READWRITE, VirtualAlloc,
        VirtualFree,
    };

    pub(crate) struct Reservation {
        base: NonNull<u8>,
    }

    impl Reservation {
        /// Reserves `len` bytes of zeros.
        pub(crate) fn new(len: usize) -> io::Result<Reservation> {
            // SAFETY: a fresh allocation at an address of the system's choice.
            let base = unsafe {
                VirtualAlloc(
                    std::ptr::null(),
                    len,
                    MEM_RESERVE | MEM_COMMIT,
                    PAGE_READWRITE,
                )
            };
            match NonNull::new(base.cast::<u8>()) {
                Some(base) => Ok(Reservation { base }),
                None => Err(io::Error::last_os_error()),
            }
        }

        pub(crate) fn base(&self) -> NonNull<u8> {
            self.base
        }

        /// Gives the pages of `start..start + len` back; they read as zeros from now on. Both are
        /// multiples of 4 KiB, the page size of every Windows, and `len` is not 0.
        pub(crate) fn give_back(&self, start: usize, len: usize) {
            // SAFETY: the pages lie in our own allocation (the caller's promise) and nobody holds a
            // reference into it. Decommitted pages cannot be read, so they are committed again
            // before anybody can try; they are then zeros.
            unsafe {
                let first = self.base.as_ptr().add(start);
                if VirtualFree(first.cast(), len, MEM_DECOMMIT) == 0 {
                    // They are still there.
                    first.write_bytes(0, len);
                    return;
                }
                if VirtualAlloc(first.cast(), len, MEM_COMMIT, PAGE_READWRITE).is_null() {
                    // A panic could be caught, and then the pages be read.
                    eprintln!("Windows took {len} bytes back and does not give them again");
                    std::process::abort();
                }
            }
        }
    }

    impl Drop for Reservation {
        fn drop(&mut self) {
            // SAFETY: base is what VirtualAlloc returned; nobody uses it any more.
            unsafe { VirtualFree(self.base.as_ptr().cast(), 0, MEM_RELEASE) };
        }
    }
}

/// Zeroed memory from Rust's allocator: for Miri, which checks every access to it, and for wasm32,
/// which has no pages to give back.
#[cfg(any(miri, not(any(unix, windows))))]
mod fallback {
    use std::alloc::{Layout, alloc_zeroed, dealloc};
    use std::io;
    use std::ptr::NonNull;

    pub(crate) struct Reservation {
        base: NonNull<u8>,
        layout: Layout,
    }

    impl Reservation {
        /// Allocates `len` bytes of zeros.
        pub(crate) fn new(len: usize) -> io::Result<Reservation> {
            let layout = Layout::from_size_align(len, 4096).map_err(io::Error::other)?;
            if len == 0 {
                return Err(io::Error::other("no bytes"));
            }
            // SAFETY: the layout's size is not 0.
            let base = unsafe { alloc_zeroed(layout) };
            match NonNull::new(base) {
                Some(base) => Ok(Reservation { base, layout }),
                None => Err(io::Error::from(io::ErrorKind::OutOfMemory)),
            }
        }

        pub(crate) fn base(&self) -> NonNull<u8> {
            self.base
        }

        /// Overwrites `start..start + len` with zeros: what giving pages back looks like from
        /// inside.
        pub(crate) fn give_back(&self, start: usize, len: usize) {
            // SAFETY: start..start + len lies within the allocation (the caller's promise).
            unsafe { self.base.as_ptr().add(start).write_bytes(0, len) };
        }
    }

    impl Drop for Reservation {
        fn drop(&mut self) {
            // SAFETY: base came from alloc_zeroed with this layout; nobody uses it any more.
            unsafe { dealloc(self.base.as_ptr(), self.layout) };
        }
    }
}
