//! What the program prints: all of it goes through here, so that a reader who has seen enough
//! (`cargo lab test | head`) ends the program quietly.

use std::fmt::Arguments;
use std::io::{ErrorKind, Write, stdout};

/// What a shell says of a program that wrote into a pipe without a reader.
const NOBODY_READS: i32 = 141;

/// As `print!`, but a closed standard output ends the program without a word.
macro_rules! out {
    ($($words:tt)*) => { crate::out::write(format_args!($($words)*)) };
}

/// As `println!`, but a closed standard output ends the program without a word.
macro_rules! outln {
    () => { crate::out::write(format_args!("\n")) };
    ($($words:tt)*) => { crate::out::write(format_args!("{}\n", format_args!($($words)*))) };
}

/// Prints `words`.
pub(crate) fn write(words: Arguments<'_>) {
    match stdout().lock().write_fmt(words) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => {
            engine::run::kill_running();
            std::process::exit(NOBODY_READS);
        }
        Err(error) => panic!("cannot write to the standard output: {error}"),
    }
}
