//! Running other programs, and telling how long each step takes.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Where tools of exactly our versions are installed, so that the user's own stay untouched.
pub const TOOLS: &str = "target/tools";

/// What has been done so far, with the time it took.
#[derive(Default)]
pub struct Steps(Vec<(String, Duration)>);

impl Steps {
    /// Does one step: says its name, does the work, says the time.
    pub fn run<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        println!("==> {name}");
        let start = Instant::now();
        let result = work().with_context(|| format!("this step failed: {name}"));
        let time = start.elapsed();
        println!("    {:.1} s: {name}{}", time.as_secs_f64(), if result.is_ok() { "" } else { " FAILED" });
        self.0.push((name.to_owned(), time));
        result
    }

    /// Lists all steps.
    pub fn print_summary(&self) {
        println!("\n{:>8}  step", "seconds");
        for (name, time) in &self.0 {
            println!("{:>8.1}  {name}", time.as_secs_f64());
        }
        let total: Duration = self.0.iter().map(|(_, time)| *time).sum();
        println!("{:>8.1}  in all", total.as_secs_f64());
    }
}

/// A program that finds our tools before the user's.
pub fn program(name: &str) -> Command {
    let mut command = Command::new(name);
    command.env("PATH", search_path());
    command
}

/// The cargo that runs us.
pub fn cargo() -> Command {
    program(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()))
}

/// Runs a program to its end; what it prints is printed.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{} ended with {status}", line(command));
    }
    Ok(())
}

/// Runs a program to its end and gives what it printed.
pub fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("{} ended with {}", line(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Whether a program starts and ends well; what it prints is of no interest.
pub fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// Where a program of this name lies on the search path.
pub fn find(name: &str) -> Option<PathBuf> {
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    std::env::split_paths(&search_path()).map(|folder| folder.join(&file)).find(|path| path.is_file())
}

fn search_path() -> OsString {
    let tools = std::env::current_dir().unwrap_or_default().join(TOOLS).join("bin");
    let path = std::env::var_os("PATH").unwrap_or_default();
    // A folder whose name holds the separator cannot be on a search path; then the user's tools have to do.
    std::env::join_paths(std::iter::once(tools).chain(std::env::split_paths(&path))).unwrap_or(path)
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", command.get_program().display())
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}
