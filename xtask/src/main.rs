//! The project's own commands: `cargo xtask build`, `cargo xtask serve`, `cargo xtask test`, `cargo xtask bench`.
//!
//! Each does all of its own set-up, so that a fresh machine with Rust needs nothing else to be told.
//!
//! | module | subject |
//! |---|---|
//! | [`process`] | running other programs, timing the steps |
//! | [`setup`] | the build tools: wasm target, Trunk, wasm-bindgen, Node.js and its packages |
//! | [`chromium`] | a browser for the tests |
//! | [`bundle`] | `dist/`: Trunk, split engines, names that change with the content |
//! | [`split`] | an engine's program in two halves |
//! | [`first_answers`] | what belongs to the first half, and the shaders that come with it |
//! | [`serve`] | a static file server |
//! | [`mod@test`] | every check, in order |
//! | [`mod@bench`] | the page, TensorFlow.js and ONNX Runtime Web side by side |

mod bench;
mod bundle;
mod chromium;
mod first_answers;
mod process;
mod serve;
mod setup;
mod split;
mod test;

use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use process::Steps;
use serve::Place;

/// Builds, serves and tests AlexNet in the browser.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the page into dist/, ready for any static host.
    Build,
    /// Build the page and serve it on this machine.
    Serve {
        /// The port to serve on.
        #[arg(long, default_value_t = 8080)]
        port: u16,
        /// The path to serve under, as a host's sub-path.
        #[arg(long, default_value = "/")]
        base: String,
        /// Serve dist/ as it is.
        #[arg(long)]
        no_build: bool,
    },
    /// Run every check and every test, browser tests included.
    Test {
        /// Run only this half.
        #[arg(long)]
        only: Option<test::Half>,
    },
    /// See anew which functions and shaders the first answers need, which is kept in xtask/first_answers/.
    FirstAnswers,
    /// Measure the page beside TensorFlow.js and ONNX Runtime Web.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    match run(Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the repository")?;
    std::env::set_current_dir(root).with_context(|| format!("cannot enter {}", root.display()))?;

    let mut steps = Steps::default();
    match command {
        Command::Build => bundle::build(&mut steps),
        Command::Serve { port, base, no_build } => {
            let place = Place::take(&base, port)?;
            if !no_build {
                bundle::build(&mut steps)?;
            }
            let site = place.serve(Path::new(bundle::DIST))?;
            println!("Serving {}/ at {} (Ctrl+C stops)", bundle::DIST, site.url);
            site.wait()
        }
        Command::Test { only } => {
            let result = test::test(&mut steps, only);
            steps.print_summary();
            result
        }
        Command::FirstAnswers => first_answers::see(&mut steps),
        Command::Bench(options) => bench::bench(&mut steps, &options),
    }
}
