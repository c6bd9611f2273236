//! Typed views of structs in the range.
//!
//! A lab never adds offsets to addresses. It reads `object.ob_refcnt().get()`, as C reads
//! `op->ob_refcnt`; [`record!`](crate::record!) makes such a view from a list of offsets, names and
//! types.

use std::marker::PhantomData;

use crate::memory::SLACK;
use crate::{Addr, Memory};

/// A value that a field can hold. Its size and its alignment are [`SIZE`](Scalar::SIZE) bytes.
pub trait Scalar: Copy {
    /// Bytes in the range.
    const SIZE: u64;
    /// Reads the value `offset` bytes behind the record at `at`.
    #[doc(hidden)]
    fn load(memory: &Memory, at: u64, offset: Offset) -> Self;
    /// Writes the value `offset` bytes behind the record at `at`.
    #[doc(hidden)]
    fn store(self, memory: &Memory, at: u64, offset: Offset);
}

/// How far behind its record a field lies: less than the bytes that follow the range. Only this
/// module makes one, so that a field is always in bounds.
#[derive(Clone, Copy)]
pub struct Offset(u64);

impl Offset {
    /// The field at the beginning.
    pub(crate) const ZERO: Offset = Offset(0);

    const fn checked(offset: u64, size: u64) -> Offset {
        assert!(offset.is_multiple_of(size) && offset < SLACK);
        Offset(offset)
    }

    #[cfg_attr(not(debug_assertions), inline)]
    pub(crate) fn get(self) -> u64 {
        self.0
    }
}

/// One field of a record: a typed place in the range.
///
/// A field knows where it is, not what it holds; each [`get`](Field::get) reads the range anew.
pub struct Field<'m, T> {
    memory: &'m Memory,
    /// The record's place, as an offset into the range: an [`Addr`] but for the word behind the
    /// largest address.
    at: u64,
    /// How far behind it the field is.
    offset: Offset,
    holds: PhantomData<fn() -> T>,
}

impl<'m, T: Scalar> Field<'m, T> {
    /// The field of type `T` at `addr`.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn at(memory: &'m Memory, addr: Addr) -> Field<'m, T> {
        Field::behind(memory, addr.get(), 0)
    }

    /// The field `offset` bytes behind the offset `at` of the range.
    #[doc(hidden)]
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn behind(memory: &'m Memory, at: u64, offset: u64) -> Field<'m, T> {
        Field {
            memory,
            at: at.wrapping_add(offset),
            offset: Offset::ZERO,
            holds: PhantomData,
        }
    }

    /// The field `OFFSET` bytes behind the record at `at`. The record's address is masked into the
    /// range, and `OFFSET` added to that.
    #[doc(hidden)]
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn of_record<const OFFSET: u64>(memory: &'m Memory, at: u64) -> Field<'m, T> {
        Field {
            memory,
            at,
            offset: const { Offset::checked(OFFSET, T::SIZE) },
            holds: PhantomData,
        }
    }

    /// Reads the field.
    ///
    /// # Panics
    /// A field of type [`Addr`] panics where the word is 0, since an address that must not be NULL
    /// is: the message names the place. [`Field::checked`] does not.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    #[track_caller]
    pub fn get(self) -> T {
        T::load(self.memory, self.at, self.offset)
    }

    /// Writes the field.
    #[cfg_attr(not(debug_assertions), inline)]
    pub fn set(self, value: T) {
        value.store(self.memory, self.at, self.offset);
    }

    /// Writes the field and returns what it held: CPython's `Py_SETREF` without the decref.
    #[cfg_attr(not(debug_assertions), inline)]
    #[track_caller]
    pub fn replace(self, value: T) -> T {
        let old = self.get();
        self.set(value);
        old
    }

    /// Where the field lies.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn addr(self) -> Addr {
        Addr::wrapped(self.at.wrapping_add(self.offset.get()))
    }
}

impl<'m> Field<'m, Addr> {
    /// Reads the address, or `None` where the word is 0. For code that must survive a broken heap.
    #[cfg_attr(not(debug_assertions), inline)]
    #[must_use]
    pub fn checked(self) -> Option<Addr> {
        Addr::new(self.memory.load_at(self.at, self.offset))
    }
}

impl<T> Clone for Field<'_, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Field<'_, T> {}

impl<T> std::fmt::Debug for Field<'_, T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            f,
            "the field at {}",
            Addr::wrapped(self.at.wrapping_add(self.offset.get()))
        )
    }
}

macro_rules! scalar {
    ($($type:ty: $size:expr, $load:ident, $store:ident;)*) => {$(
        impl Scalar for $type {
            const SIZE: u64 = $size;
            #[cfg_attr(not(debug_assertions), inline)]
            fn load(memory: &Memory, at: u64, offset: Offset) -> Self {
                memory.$load(at, offset) as $type
            }
            #[cfg_attr(not(debug_assertions), inline)]
            fn store(self, memory: &Memory, at: u64, offset: Offset) {
                memory.$store(at, offset, self as _);
            }
        }
    )*};
}

scalar! {
    u64: 8, load_at, store_at;
    i64: 8, load_at, store_at;
    u32: 4, load_u32_at, store_u32_at;
    u8: 1, load_u8_at, store_u8_at;
}

impl Scalar for f64 {
    const SIZE: u64 = 8;
    #[cfg_attr(not(debug_assertions), inline)]
    fn load(memory: &Memory, at: u64, offset: Offset) -> Self {
        f64::from_bits(memory.load_at(at, offset))
    }
    #[cfg_attr(not(debug_assertions), inline)]
    fn store(self, memory: &Memory, at: u64, offset: Offset) {
        memory.store_at(at, offset, self.to_bits());
    }
}

impl Scalar for Option<Addr> {
    const SIZE: u64 = 8;
    #[cfg_attr(not(debug_assertions), inline)]
    fn load(memory: &Memory, at: u64, offset: Offset) -> Self {
        Addr::new(memory.load_at(at, offset))
    }
    #[cfg_attr(not(debug_assertions), inline)]
    fn store(self, memory: &Memory, at: u64, offset: Offset) {
        memory.store_at(at, offset, self.map_or(0, Addr::get));
    }
}

impl Scalar for Addr {
    const SIZE: u64 = 8;
    #[cfg_attr(not(debug_assertions), inline)]
    #[track_caller]
    fn load(memory: &Memory, at: u64, offset: Offset) -> Self {
        match Addr::new(memory.load_at(at, offset)) {
            Some(value) => value,
            None => memory.null_field(Addr::wrapped(at.wrapping_add(offset.get()))),
        }
    }
    #[cfg_attr(not(debug_assertions), inline)]
    fn store(self, memory: &Memory, at: u64, offset: Offset) {
        memory.store_at(at, offset, self.get());
    }
}

/// The address of a record at the offset `at`.
#[doc(hidden)]
#[cfg_attr(not(debug_assertions), inline)]
#[must_use]
pub const fn addr_of_record(at: u64) -> Addr {
    Addr::wrapped(at)
}

/// Refuses, when it compiles, a field that ends behind its record or lies at no multiple of its size.
#[doc(hidden)]
pub const fn assert_field<T: Scalar>(offset: u64, record: u64) {
    assert!(offset + T::SIZE <= record, "a field ends behind its record");
    assert!(
        offset.is_multiple_of(T::SIZE),
        "a field is at no multiple of its size"
    );
}

/// Declares views of structs in the range: a name, a size in bytes, and fields with their offsets.
///
/// ```
/// memory::record! {
///     /// A point. 16 bytes.
///     pub struct Point[16] {
///         /// Its first coordinate.
///         0 => x: u64,
///         /// The next point, or NULL.
///         8 => next: Option<memory::Addr>,
///     }
/// }
/// # let memory = memory::Memory::new(1 << 16)?;
/// let point = Point::at(&memory, memory::Addr::at(0x2000));
/// point.x().set(3);
/// assert_eq!(point.x().get(), 3);
/// assert_eq!(point.next().get(), None);
/// # Ok::<(), memory::MemoryError>(())
/// ```
///
/// Each field is a method that returns a [`Field`]. `Point::SIZE` is the size in bytes,
/// `Point::FIELDS` the table of names and offsets, `point.addr()` the address.
#[macro_export]
macro_rules! record {
    ($(
        $(#[$meta:meta])*
        $vis:vis struct $name:ident[$size:expr] {
            $( $(#[$field_meta:meta])* $offset:literal => $field:ident: $type:ty, )*
        }
    )*) => {$(
        $(#[$meta])*
        #[derive(Clone, Copy, Debug)]
        $vis struct $name<'m> {
            memory: &'m $crate::Memory,
            at: u64,
        }

        #[allow(dead_code)]
        impl<'m> $name<'m> {
            /// The size of the record in bytes, without items that follow it.
            pub const SIZE: u64 = $size;
            /// Name and offset in bytes of each field, for pictures.
            pub const FIELDS: &'static [(&'static str, u64)] =
                &[$((stringify!($field), $offset)),*];

            /// The record at `addr`. Nothing is read or written.
            #[cfg_attr(not(debug_assertions), inline)]
            #[must_use]
            pub fn at(memory: &'m $crate::Memory, addr: $crate::Addr) -> Self {
                $name { memory, at: addr.get() }
            }

            /// The record at the offset `at` of the range: for addresses that were computed.
            #[doc(hidden)]
            #[cfg_attr(not(debug_assertions), inline)]
            #[must_use]
            pub fn at_offset(memory: &'m $crate::Memory, at: u64) -> Self {
                $name { memory, at }
            }

            /// Where the record lies.
            #[cfg_attr(not(debug_assertions), inline)]
            #[must_use]
            pub fn addr(self) -> $crate::Addr {
                $crate::record::addr_of_record(self.at)
            }

            /// The memory that the record lies in.
            #[cfg_attr(not(debug_assertions), inline)]
            #[must_use]
            pub fn memory(self) -> &'m $crate::Memory {
                self.memory
            }

            $(
                $(#[$field_meta])*
                #[cfg_attr(not(debug_assertions), inline)]
                #[must_use]
                pub fn $field(self) -> $crate::Field<'m, $type> {
                    const { $crate::record::assert_field::<$type>($offset, $size) };
                    $crate::Field::of_record::<$offset>(self.memory, self.at)
                }
            )*
        }
    )*};
}
