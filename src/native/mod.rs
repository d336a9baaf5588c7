//! What only the command line needs: files, threads, a progress bar, and its commands.

pub mod command;
pub mod files;
pub mod loader;
mod progress;
