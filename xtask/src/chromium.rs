//! A Chromium for the browser tests.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::process::{find, output, program, run, succeeds};
use crate::setup::{NODE_PROJECT, apt_install};

const NAMES: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

/// The Chromium in `$CHROMIUM`, else one that is installed, else one that is installed now.
pub fn find_or_install() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("CHROMIUM").map(PathBuf::from) {
        ensure!(path.is_file(), "$CHROMIUM is {}, and there is no such file", path.display());
        return Ok(path);
    }
    if let Some(path) = installed() {
        return Ok(path);
    }
    println!("    no Chromium found; installing one");
    if apt_install(&["chromium"])?
        && let Some(path) = installed()
    {
        return Ok(path);
    }
    playwrights_own()
        .context("no Chromium could be installed: install Chromium or Google Chrome by hand, or name one in $CHROMIUM")
}

fn installed() -> Option<PathBuf> {
    let on_path = NAMES.iter().filter_map(|name| find(name));
    on_path.chain(usual_places().into_iter().filter(|path| path.is_file())).find(|path| works(path))
}

/// Where installers of macOS and Windows put a Chromium.
fn usual_places() -> Vec<PathBuf> {
    let mac = ["Google Chrome", "Chromium", "Microsoft Edge"]
        .map(|name| PathBuf::from(format!("/Applications/{name}.app/Contents/MacOS/{name}")));
    let windows = ["Google/Chrome/Application/chrome.exe", "Microsoft/Edge/Application/msedge.exe"]
        .into_iter()
        .flat_map(|file| {
            ["ProgramFiles", "ProgramFiles(x86)", "LocalAppData"]
                .into_iter()
                .filter_map(move |folder| Some(Path::new(&std::env::var_os(folder)?).join(file)))
        });
    mac.into_iter().chain(windows).collect()
}

/// Ubuntu's `chromium-browser` may be a stub that only tells to install a snap. On Windows the question for the version
/// would open a window, and there are no stubs.
fn works(path: &Path) -> bool {
    cfg!(windows) || succeeds(Command::new(path).arg("--version"))
}

fn playwrights_own() -> Result<PathBuf> {
    run(program("node").args(["node_modules/playwright/cli.js", "install", "chromium"]).current_dir(NODE_PROJECT))?;
    let script = "console.log(require('playwright').chromium.executablePath())";
    Ok(output(program("node").args(["-e", script]).current_dir(NODE_PROJECT))?.into())
}
