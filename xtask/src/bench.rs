//! The benchmark: our page, TensorFlow.js and ONNX Runtime Web side by side in one Chromium.
//!
//! What is measured and how is in `bench/`: pages for the peers and a driver for the browser, in JavaScript as the peers
//! are. This puts everything in place for it.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::process::{Steps, program, run};
use crate::serve::Site;
use crate::{bundle, chromium, setup};

/// The driver, the peers' pages, and the peers themselves.
const PROJECT: &str = "bench";
/// Where the benchmark keeps what it makes.
const WORK: &str = "target/bench";

/// What to measure, and where the figures go.
#[derive(clap::Args)]
pub struct Options {
    /// Fewer repeats and sizes: under ten minutes on two cores without a GPU, once the page is built.
    #[arg(long)]
    quick: bool,
    /// Where to write all figures as JSON [default: target/bench/bench.json]
    #[arg(long, value_parser = |path: &str| std::path::absolute(path))]
    out: Option<PathBuf>,
    /// Measure dist/ as it is.
    #[arg(long)]
    no_build: bool,
}

/// Builds the page, sets up the peers, and measures.
pub fn bench(steps: &mut Steps, options: &Options) -> Result<()> {
    if !options.no_build {
        bundle::build(steps)?;
    }
    let chromium = steps.run("set up the peers and Chromium", || {
        setup::node_packages()?;
        setup::packages_of(Path::new(PROJECT))?;
        chromium::find_or_install()
    })?;
    println!("    {}", chromium.display());

    let work = std::path::absolute(WORK)?;
    let folder = work.join("site");
    let dist = std::path::absolute(bundle::DIST)?;
    steps.run("put the peers' pages together", || {
        run(program("node").arg("site/assemble.mjs").args([&dist, &folder]).current_dir(PROJECT))
    })?;
    let site = Site::start(&folder, "/")?;
    steps.run("measure", || {
        let mut driver = program("node");
        driver.arg("run.mjs").args(["--site", &site.url]).current_dir(PROJECT);
        driver.arg("--chromium").arg(&chromium).arg("--work").arg(&work);
        driver
            .arg("--out")
            .arg(options.out.as_ref().unwrap_or(&work.join("bench.json")))
            .args(options.quick.then_some("--quick"));
        run(&mut driver)
    })
}
