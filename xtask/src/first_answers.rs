//! What the engines' first answers need, seen in a browser: which of their functions, on the CPU and on WebGPU, kept for
//! [`split`](crate::split), and which shaders, kept for [`bundle`].

use std::env;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::bundle::{self, DIST, ENGINES, SHADERS};
use crate::chromium;
use crate::process::{Steps, output, program};
use crate::serve::Site;
use crate::setup::{self, NODE_PROJECT};
use crate::split::Names;

/// Renews both. What is built for that is watched, and nobody's to serve: it is gone afterwards.
pub fn see(steps: &mut Steps) -> Result<()> {
    let seen = see_in_dist(steps);
    if Path::new(DIST).exists() {
        fs::remove_dir_all(DIST).with_context(|| format!("cannot remove {DIST}/"))?;
    }
    seen
}

fn see_in_dist(steps: &mut Steps) -> Result<()> {
    let chromium = steps.run("set up Playwright and Chromium", || {
        setup::node_packages()?;
        chromium::find_or_install()
    })?;
    let mut needed = ENGINES.map(|_| Names::default());
    let functions = bundle::build_watched(steps)?;
    let site = Site::start(Path::new(DIST), "/")?;
    let shaders = env::current_dir()?.join(SHADERS);
    let called = steps.run("classify photos", || {
        output(
            program("node")
                .arg("first-answers.mjs")
                .current_dir(NODE_PROJECT)
                .env("CHROMIUM", &chromium)
                .env("PAGE_URL", &site.url)
                .env("SHADERS", shaders),
        )
    })?;
    for line in called.lines() {
        let (engine, number) = line.split_once(' ').with_context(|| format!("not understood: {line}"))?;
        let engine = ENGINES.iter().position(|name| *name == engine).with_context(|| format!("no engine: {line}"))?;
        needed[engine].add(&functions[engine][number.parse::<usize>()?]);
    }
    ENGINES.iter().zip(needed).try_for_each(|(engine, names)| names.write(engine))
}
