//! Every check, in order; the first that fails ends the run.

use std::path::Path;

use anyhow::Result;
use clap::ValueEnum;

use crate::process::{Steps, cargo, program, run};
use crate::serve::Site;
use crate::setup::{NODE_PROJECT, WASM};
use crate::{bundle, chromium, setup};

/// One half of the checks.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Half {
    /// Format, lints, documentation and tests of the Rust code.
    Rust,
    /// The page in a browser.
    Browser,
}

/// Runs the checks. All use the release profile and one target folder, so that they share what they compile.
pub fn test(steps: &mut Steps, only: Option<Half>) -> Result<()> {
    if only != Some(Half::Browser) {
        rust(steps)?;
    }
    if only != Some(Half::Rust) {
        browser(steps)?;
    }
    Ok(())
}

fn rust(steps: &mut Steps) -> Result<()> {
    steps.run("set up the Rust tools", setup::for_checks)?;
    steps.run("format", || run(cargo().args(["fmt", "--all", "--check"])))?;
    steps.run("lints, native", || {
        run(cargo().args(["clippy", "--workspace", "--all-targets", "--release", "--", "-D", "warnings"]))
    })?;
    steps.run("lints, wasm", || {
        ["gpu", "engine", "web"].into_iter().try_for_each(|feature| {
            run(cargo()
                .args(["clippy", "--release", "--target", WASM, "--no-default-features", "--features", feature])
                .args(["--lib", "--bins", "--", "-D", "warnings"]))
        })
    })?;
    steps.run("documentation", || {
        run(cargo().args(["doc", "--workspace", "--no-deps", "--release"]).env("RUSTDOCFLAGS", "-D warnings"))
    })?;
    steps.run("Rust tests", || run(cargo().args(["test", "--workspace", "--release"])))
}

fn browser(steps: &mut Steps) -> Result<()> {
    // The browser's answers are compared with the command line's.
    steps.run("build the command line", || run(cargo().args(["build", "--release", "--bin", "alexnet"])))?;
    bundle::build(steps)?;
    let chromium = steps.run("set up Playwright and Chromium", || {
        setup::node_packages()?;
        chromium::find_or_install()
    })?;
    println!("    {}", chromium.display());
    // Under a sub-path, as on many hosts: nothing may assume that the page is at a site's root.
    let site = Site::start(Path::new(bundle::DIST), "/alexnet/")?;
    steps.run("browser tests", || {
        run(program("node")
            .args(["node_modules/@playwright/test/cli.js", "test"])
            .current_dir(NODE_PROJECT)
            .env("CHROMIUM", chromium)
            .env("PAGE_URL", &site.url))
    })
}
