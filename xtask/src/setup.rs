//! The build tools. Each is looked for first, and installed only where it is missing or of the wrong version.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};

use crate::process::{TOOLS, cargo, find, output, program, run, succeeds};

/// The target of everything that runs in the browser.
pub const WASM: &str = "wasm32-unknown-unknown";
/// What runs there.
pub const PROGRAMS: [Program; 4] = [
    Program { name: "page", feature: "web", profile: "interface" },
    Program { name: "decoder", feature: "web", profile: "worker" },
    Program { name: "engine_cpu", feature: "engine", profile: "worker" },
    Program { name: "engine", feature: "gpu", profile: "worker" },
];

/// A program that runs in the browser.
#[derive(Clone, Copy)]
pub struct Program {
    /// The name of its binary.
    pub name: &'static str,
    /// The cargo feature that it needs.
    pub feature: &'static str,
    /// How it is compiled in earnest, as index.html says too.
    pub profile: &'static str,
}
/// Where the Node.js packages of the tests are: Playwright.
pub const NODE_PROJECT: &str = "tests/browser";

const TRUNK: &str = "0.21.14";
/// Playwright 1.61 is the last that runs on Debian 12's Node.js.
const OLDEST_NODE: u32 = 18;

/// What building the page needs: the wasm target, wasm-bindgen and Trunk.
pub fn for_build() -> Result<()> {
    wasm_target()?;
    wasm_bindgen()?;
    trunk()
}

/// The components that the checks need.
pub fn for_checks() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !succeeds(cargo().args([subcommand, "--version"])) {
            run(program("rustup").args(["component", "add", component]))?;
        }
    }
    wasm_target()
}

/// Node.js, and the packages of [`NODE_PROJECT`].
pub fn node_packages() -> Result<()> {
    packages_of(Path::new(NODE_PROJECT))
}

/// Node.js, and the packages of a folder's `package.json` in the versions of its lock file.
pub fn packages_of(project: &Path) -> Result<()> {
    node()?;
    let installed = modified(&project.join("node_modules/.package-lock.json"));
    let wanted = modified(&project.join("package-lock.json"));
    if installed.is_some() && installed >= wanted {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    // All that is wanted is there for development alone, which `NODE_ENV=production` leaves out.
    run(program(npm).args(["ci", "--include=dev", "--no-audit", "--no-fund"]).current_dir(project))
}

/// Installs Debian or Ubuntu packages; false where there is no apt or it refuses.
pub fn apt_install(packages: &[&str]) -> Result<bool> {
    if find("apt-get").is_none() {
        return Ok(false);
    }
    let apt = |arguments: &[&str]| -> Result<bool> {
        let root = output(program("id").arg("-u"))? == "0";
        let mut command = program(if root { "env" } else { "sudo" });
        command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments);
        Ok(command.status().is_ok_and(|status| status.success()))
    };
    // A package list that is only partly renewed may do.
    apt(&["update"])?;
    apt(&[&["install", "-y", "--no-install-recommends"], packages].concat())
}

fn wasm_target() -> Result<()> {
    let libraries = output(program("rustc").args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(&libraries).is_dir() {
        return Ok(());
    }
    run(program("rustup").args(["target", "add", WASM])).context(format!("add the Rust target {WASM} by hand"))
}

/// The wasm-bindgen command line has to be of exactly the version of the crate.
fn wasm_bindgen() -> Result<()> {
    let lock = fs::read_to_string("Cargo.lock").context("cannot read Cargo.lock")?;
    let wanted = locked_version(&lock, "wasm-bindgen").context("Cargo.lock has no wasm-bindgen")?;
    if version_of("wasm-bindgen").is_some_and(|version| version == wanted) {
        return Ok(());
    }
    // Not `--locked`: with it, one dependency of some versions is no longer served.
    install("wasm-bindgen-cli", wanted, &["--bin", "wasm-bindgen"])
}

/// Trunk, where none of a fitting version is there.
fn trunk() -> Result<()> {
    if version_of("trunk").is_some_and(|version| trunk_fits(&version)) {
        return Ok(());
    }
    install("trunk", TRUNK, &["--locked"])
}

/// Installs a command line tool into [`TOOLS`]. A debug build is made in a fraction of the time, and fast enough.
fn install(package: &str, version: &str, flags: &[&str]) -> Result<()> {
    println!("    installing {package} {version}, once, into {TOOLS}");
    run(cargo().args(["install", package, "--version", version, "--debug", "--force", "--root", TOOLS]).args(flags))
}

/// Node.js, installed from Debian's packages where there is none.
fn node() -> Result<()> {
    if !node_fits() || find_npm().is_none() {
        apt_install(&["nodejs", "npm"])?;
    }
    ensure!(
        node_fits() && find_npm().is_some(),
        "Node.js {OLDEST_NODE} or later with npm is needed (for the browser tests): install it from \
         https://nodejs.org and start again"
    );
    Ok(())
}

fn node_fits() -> bool {
    version_of("node").and_then(|version| numbers(&version).first().copied()).is_some_and(|major| major >= OLDEST_NODE)
}

fn find_npm() -> Option<std::path::PathBuf> {
    find("npm").or_else(|| find("node").map(|node| node.with_file_name("npm.cmd")).filter(|npm| npm.is_file()))
}

/// The last word of what `tool --version` prints: `trunk 0.21.14`, `wasm-bindgen 0.2.130`, `v20.1.0`.
fn version_of(tool: &str) -> Option<String> {
    let output = program(tool).arg("--version").stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then(|| text.split_whitespace().last().map(str::to_owned))?
}

fn trunk_fits(version: &str) -> bool {
    numbers(version).as_slice() >= &[0, 21]
}

fn numbers(version: &str) -> Vec<u32> {
    version.trim_start_matches('v').split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

/// The version of a package in the text of a Cargo.lock.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"')
}

fn modified(path: &Path) -> Option<std::time::SystemTime> {
    fs::metadata(path).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_and_compared() {
        assert_eq!(numbers("v20.11.1"), [20, 11, 1]);
        assert_eq!(numbers("0.22.0-beta.1"), [0, 22, 0]);
        assert!(trunk_fits("0.21.14") && trunk_fits("0.22.0") && trunk_fits("1.0.0"));
        assert!(!trunk_fits("0.20.3") && !trunk_fits(""));
    }

    #[test]
    fn the_locked_version_is_that_of_the_whole_name() {
        let lock = "[[package]]\nname = \"wasm-bindgen-futures\"\nversion = \"0.4.50\"\n\n\
                    [[package]]\r\nname = \"wasm-bindgen\"\r\nversion = \"0.2.130\"\r\n";
        assert_eq!(locked_version(lock, "wasm-bindgen"), Some("0.2.130"));
        assert_eq!(locked_version(lock, "wasm"), None);
    }
}
