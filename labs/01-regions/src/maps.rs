//! The map of a real process: what Linux shows in `/proc/PID/maps`.
//!
//! Nothing here asks the operating system: you are given the text, and make sense of it.

use std::fmt;

/// What a process may do with the bytes of a mapping: the column `r-xp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Perms {
    /// `r`: read them.
    pub read: bool,
    /// `w`: write them.
    pub write: bool,
    /// `x`: run them as code.
    pub execute: bool,
    /// `s`: what is written is shared with other processes and the file. `p`: it is private.
    pub shared: bool,
}

/// What is behind a mapping: the last column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Backing {
    /// Nothing, the column is empty: fresh pages full of zeros, *anonymous* memory.
    Nothing,
    /// A name that the kernel gives, without its brackets: `heap` for `[heap]`.
    Label(String),
    /// A file.
    File {
        /// Its path, as the kernel prints it. It may contain spaces.
        path: String,
        /// Whether the kernel wrote ` (deleted)` behind the path, which is not part of it.
        deleted: bool,
    },
}

/// One line of a maps file: a stretch of addresses with the same rights and the same backing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The first address.
    pub start: u64,
    /// The first address behind it.
    pub end: u64,
    /// What the process may do there.
    pub perms: Perms,
    /// Where in the file the mapping begins, in bytes.
    pub offset: u64,
    /// The device of the file: its major and minor number.
    pub device: (u32, u32),
    /// The file's inode, 0 where there is no file.
    pub inode: u64,
    /// What is behind it.
    pub backing: Backing,
}

/// What a maps file should have had at some place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// The start address: hexadecimal, up to the `-`.
    Start,
    /// The end address: hexadecimal, behind the `-`.
    End,
    /// An end address greater than the start.
    EndAfterStart,
    /// Four letters: `r` or `-`, `w` or `-`, `x` or `-`, `p` or `s`.
    Perms,
    /// The offset in hexadecimal.
    Offset,
    /// Two hexadecimal numbers with a `:` between them.
    Device,
    /// The inode in decimal.
    Inode,
    /// A start address that does not lie before the end of the mapping in front of it.
    Ascending,
    /// At least one mapping.
    Mapping,
}

/// What is wrong with one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What should have been there.
    pub expected: Expected,
    /// What was there. Empty if the line, or the file, was at its end.
    pub found: String,
}

/// What is wrong with a maps file, and in which line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapsError {
    /// The number of the line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub malformed: Malformed,
}

impl Malformed {
    /// An error that says: `expected` should have stood where `found` stands.
    pub fn new(expected: Expected, found: &str) -> Malformed {
        Malformed {
            expected,
            found: found.to_owned(),
        }
    }
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let expected = match self.expected {
            Expected::Start => "the start address in hexadecimal, up to a `-`",
            Expected::End => "the end address in hexadecimal, behind the `-`",
            Expected::EndAfterStart => "an end address greater than the start address",
            Expected::Perms => "four permission letters such as `r-xp`",
            Expected::Offset => "the offset in hexadecimal",
            Expected::Device => "the device as two hexadecimal numbers such as `fe:00`",
            Expected::Inode => "the inode as a decimal number",
            Expected::Ascending => "a mapping that begins where the one before it ends, or later",
            Expected::Mapping => "at least one mapping",
        };
        match self.found.as_str() {
            "" => write!(f, "expected {expected}, found nothing"),
            found => write!(f, "expected {expected}, found `{found}`"),
        }
    }
}

impl fmt::Display for MapsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.malformed)
    }
}

impl std::error::Error for Malformed {}
impl std::error::Error for MapsError {}

impl Perms {
    /// Reads `r-xp`: exactly four letters, each one of the two that may stand at its place.
    ///
    /// # Errors
    /// [`Expected::Perms`] with the whole of `text` as `found`.
    pub fn parse(text: &str) -> Result<Perms, Malformed> {
        todo!("1.1 read the four permission letters")
    }
}

/// Reads one line of a maps file, without its line end:
///
/// ```text
/// 7f3a14e00000-7f3a14ef5000 r--p 000f5000 fe:00 18714      /usr/lib/libpython3.11.so.1.0
/// start        end          perms offset  device inode     backing
/// ```
///
/// One space stands between the columns. Only in front of the last one there may be any number of
/// spaces; it goes on to the end of the line, and spaces in it belong to the path. It may be missing.
///
/// # Errors
/// The first column, from the left, that is not what it should be. `found` is the text of that
/// column alone: of the start address, what stands before the `-` (the whole column if there is no
/// `-`); of the end address, what stands behind it; of the device, the whole `fe:00`. A missing
/// column is an empty `found`. An end that is not greater than the start is
/// [`Expected::EndAfterStart`], with the end's text.
pub fn parse_line(line: &str) -> Result<Mapping, Malformed> {
    todo!("1.1 take the columns of a line apart")
}

/// Reads a hexadecimal number; an error says that `expected` should have stood there.
fn hex(text: &str, expected: Expected) -> Result<u64, Malformed> {
    u64::from_str_radix(text, 16).map_err(|_| Malformed::new(expected, text))
}

/// Reads a decimal number; an error says that `expected` should have stood there.
fn decimal(text: &str, expected: Expected) -> Result<u64, Malformed> {
    text.parse().map_err(|_| Malformed::new(expected, text))
}

/// Reads a device, `fe:00`: two hexadecimal numbers.
fn device(text: &str) -> Result<(u32, u32), Malformed> {
    let malformed = || Malformed::new(Expected::Device, text);
    let (major, minor) = text.split_once(':').ok_or_else(malformed)?;
    let number = |text| u32::from_str_radix(text, 16).map_err(|_| malformed());
    Ok((number(major)?, number(minor)?))
}

impl Backing {
    /// Reads the last column: empty, a label in brackets, or a path that may end in ` (deleted)`.
    fn parse(text: &str) -> Backing {
        let label = text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'));
        match (text, label, text.strip_suffix(" (deleted)")) {
            ("", _, _) => Backing::Nothing,
            (_, Some(label), _) => Backing::Label(label.to_owned()),
            (_, None, rest) => Backing::File {
                path: rest.unwrap_or(text).to_owned(),
                deleted: rest.is_some(),
            },
        }
    }
}

/// Reads a whole maps file. Lines end in `\n` or `\r\n`; the last one may have no end. Lines with
/// nothing but white space are skipped, and still count as lines.
///
/// # Errors
/// That of the first line that is wrong, with its number: what [`parse_line`] says, or
/// [`Expected::Ascending`], with the line's start address as `{:x}`, when it lies before the end of
/// the mapping before it. A file without a single mapping is [`Expected::Mapping`] at line 1, and
/// nothing found.
pub fn parse_maps(text: &str) -> Result<Vec<Mapping>, MapsError> {
    todo!("1.2 read line by line, and say which line is wrong")
}

/// The index of the mapping that `addr` lies in; `None` in a gap between two. `mappings` ascend, as
/// [`parse_maps`] returns them. A mapping holds its `start` and does not hold its `end`.
pub fn find(mappings: &[Mapping], addr: u64) -> Option<usize> {
    todo!("1.3 find the one mapping that holds the address")
}
