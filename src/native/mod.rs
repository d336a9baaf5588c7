//! What only the command line needs: files, threads, a progress bar, and its commands.

use std::fmt::{Arguments, Display};
use std::io::Write;
use std::path::Path;

use crate::error::Result;

/// Prints a line, formatted as by `println!`, which panics where nothing can be written.
macro_rules! say {
    ($($text:tt)*) => { $crate::native::print(format_args!($($text)*)) };
}

pub mod command;
pub mod files;
pub mod loader;
mod progress;

/// Prints a line on standard output.
///
/// # Errors
/// [`crate::Error::Io`] where it is a file on a full disk, say.
fn print(line: Arguments) -> Result<()> {
    writeln!(std::io::stdout(), "{}", harmless(line)).map_err(|source| files::io(Path::new("standard output"), source))
}

/// Prints a line on standard error. Where that cannot be written, there is nobody to tell.
pub fn warn(line: impl Display) {
    let _ = writeln!(std::io::stderr(), "{}", harmless(line));
}

/// A line without what gives orders to a terminal, which may stand in the name of a file or a class.
fn harmless(line: impl Display) -> String {
    line.to_string().replace(|letter: char| letter.is_control() && letter != '\n', "\u{fffd}")
}
