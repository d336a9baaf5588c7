//! `dist/`: what a static host gets.

use std::fs;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::{Steps, cargo, program, run};
use crate::setup::{self, PROGRAMS, Program};
use crate::split::{self, Names};

/// The folder that Trunk builds.
pub const DIST: &str = "dist";

/// The workers: Trunk gives their files no hash, since the page names them itself.
const WORKERS: [&str; 3] = ["engine", "engine_cpu", "decoder"];

/// Those whose programs are split. A decoder's is small, and photos come in too many ways to tell what it needs of it.
pub const ENGINES: [&str; 2] = ["engine", "engine_cpu"];

/// The shaders that first answers take on WebGPU, by the names of their kernels, in JSON: the engine need not make them.
pub const SHADERS: &str = "xtask/first_answers/shaders.json";

/// The line of wasm-bindgen's JavaScript after which a program's imports are known.
const IMPORTS: &str = "const imports = __wbg_get_imports();";

/// Builds the page into [`DIST`].
pub fn build(steps: &mut Steps) -> Result<()> {
    let dist = Path::new(DIST);
    assemble(steps)?;
    steps.run("split the engines", || ENGINES.iter().try_for_each(|engine| split(dist, engine)))?;
    add_shaders(dist)?;
    for program in ["page", "decoder"] {
        let wasm = wasm_of(dist, program)?;
        fs::write(&wasm, split::without_names(&fs::read(&wasm)?)?)?;
    }
    finish(dist)
}

/// Builds the page into [`DIST`] with engines that keep the numbers of the functions that are called, as `called`, and
/// gives the names of each one's functions.
pub fn build_watched(steps: &mut Steps) -> Result<[Vec<String>; ENGINES.len()]> {
    let dist = Path::new(DIST);
    assemble(steps)?;
    let mut names = ENGINES.map(|_| Vec::new());
    for (engine, names) in ENGINES.iter().zip(&mut names) {
        let wasm = wasm_of(dist, engine)?;
        let (watched, functions) = split::watch(&fs::read(&wasm)?)?;
        fs::write(&wasm, watched)?;
        let import = "{ called: (number) => called.add(number) }";
        extend_glue(dist, engine, split::WATCHER, import, "\nglobalThis.called = new Set();\n")?;
        *names = functions;
    }
    finish(dist)?;
    Ok(names)
}

/// What Trunk makes of the page.
fn assemble(steps: &mut Steps) -> Result<()> {
    steps.run("set up the build tools", setup::for_build)?;
    // Trunk runs one cargo for each binary, all at once; after this they have nothing left to compile.
    steps.run("compile for the browser", || PROGRAMS.into_iter().try_for_each(compile))?;
    steps.run("put the page together (trunk)", trunk)
}

/// Puts loaders in place of Trunk's, which have a worker's files come one after the other, and gives files the names that
/// they are served by.
fn finish(dist: &Path) -> Result<()> {
    for worker in WORKERS {
        fs::write(dist.join(format!("{worker}_loader.js")), loader(worker))?;
        name_by_content(dist, worker)?;
    }
    mark_model(dist)
}

/// What starts a worker.
fn loader(worker: &str) -> String {
    let weights = if ENGINES.contains(&worker) { include_str!("weights.js") } else { "" };
    weights.to_owned() + &include_str!("loader.js").replace("WORKER", worker)
}

fn compile(Program { name, feature, profile }: Program) -> Result<()> {
    run(cargo().args(["build", "--target", setup::WASM, "--profile", profile]).args([
        "--no-default-features",
        "--features",
        feature,
        "--bin",
        name,
    ]))
}

fn trunk() -> Result<()> {
    // Trunk takes `NO_COLOR=1` for a malformed argument.
    run(program("trunk").args(["build", "--skip-version-check", "--release"]).env_remove("NO_COLOR"))
}

/// Puts the first half of an engine's program in its place and the rest beside it, `engine_rest.wasm`.
fn split(dist: &Path, engine: &str) -> Result<()> {
    let wasm = wasm_of(dist, engine)?;
    let halves = split::split(&fs::read(&wasm)?, &Names::read(engine)?)?;
    println!("    {engine}: {} KB and {} KB", halves.first.len() / 1000, halves.rest.len() / 1000);
    fs::write(&wasm, halves.first)?;
    fs::write(dist.join(format!("{engine}_rest.wasm")), halves.rest)?;
    let loader = include_str!("rest.js").replace("ENGINE", engine);
    extend_glue(dist, engine, split::LOADER, "{ load: loadRest }", &loader)
}

/// Puts [`SHADERS`] beside the program that takes them.
fn add_shaders(dist: &Path) -> Result<()> {
    let shaders = fs::read_to_string(SHADERS).with_context(|| format!("cannot read {SHADERS}"))?;
    append(&dist.join("engine.js"), &include_str!("shaders.js").replace("SHADERS", &shaders))
}

/// Adds a module to what a worker's program imports, and what that needs to the end of its JavaScript.
fn extend_glue(dist: &Path, worker: &str, module: &str, import: &str, end: &str) -> Result<()> {
    let glue = dist.join(format!("{worker}.js"));
    replace(&glue, IMPORTS, &format!("{IMPORTS} imports['{module}'] = {import};"))?;
    append(&glue, end)
}

fn append(file: &Path, end: &str) -> Result<()> {
    Ok(fs::write(file, fs::read_to_string(file)? + end)?)
}

/// The wasm of a binary: `engine_bg.wasm`, or with Trunk's hash `page-0123456789abcdef_bg.wasm`.
fn wasm_of(dist: &Path, binary: &str) -> Result<PathBuf> {
    for entry in fs::read_dir(dist).with_context(|| format!("cannot read {}", dist.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let rest = name.strip_prefix(binary).and_then(|rest| rest.strip_suffix("_bg.wasm"));
        if rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')) {
            return Ok(path);
        }
    }
    anyhow::bail!("{} has no wasm of `{binary}`", dist.display())
}

/// Gives a worker's files a name that changes with their content, so that no cache mixes two builds, and writes the
/// loader's name into index.html, where the page finds it.
fn name_by_content(dist: &Path, worker: &str) -> Result<()> {
    let part = |suffix: &str| dist.join(format!("{worker}{suffix}"));
    let mut suffixes = vec!["_bg.wasm", ".js", "_loader.js"];
    if part("_rest.wasm").is_file() {
        suffixes.push("_rest.wasm");
    }
    let read =
        |suffix: &&str| fs::read(part(suffix)).with_context(|| format!("cannot read {}", part(suffix).display()));
    let contents = suffixes.iter().map(read).collect::<Result<Vec<_>>>()?;
    let hash = hash(&contents.iter().map(Vec::as_slice).collect::<Vec<_>>());
    let name = format!("{worker}-{hash}");

    for wasm in suffixes.iter().filter(|suffix| suffix.ends_with(".wasm")) {
        replace(&part(".js"), &format!("{worker}{wasm}"), &format!("{name}{wasm}"))?;
    }
    replace(&part("_loader.js"), &format!("./{worker}"), &format!("./{name}"))?;
    replace(
        &dist.join("index.html"),
        &format!("data-{worker}=\"{worker}_loader.js\""),
        &format!("data-{worker}=\"{name}_loader.js\""),
    )?;
    for suffix in suffixes {
        fs::rename(part(suffix), dist.join(format!("{name}{suffix}")))?;
    }
    Ok(())
}

/// Adds the hash of the weights to their URL in index.html: the page keeps weights under their URL, and the file keeps
/// its name.
fn mark_model(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let html = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
    let start = "data-model=\"";
    let url = html.split_once(start).and_then(|(_, rest)| rest.split_once('"')).map(|(url, _)| url);
    let url = url.with_context(|| format!("{} does not name a model", index.display()))?;
    let model = fs::read(dist.join(url)).with_context(|| format!("{} names {url}", index.display()))?;
    let hash = hash(&[&model]);
    replace(&index, &format!("{start}{url}\""), &format!("{start}{url}?{hash}\""))
}

fn replace(file: &Path, from: &str, to: &str) -> Result<()> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    ensure!(text.contains(from), "{} does not name {from}", file.display());
    Ok(fs::write(file, text.replace(from, to))?)
}

/// A name for this content; it need not be the same with another version of Rust, which gives another build anyway.
fn hash(parts: &[&[u8]]) -> String {
    let mut hasher = DefaultHasher::new();
    for part in parts {
        hasher.write_usize(part.len());
        hasher.write(part);
    }
    format!("{:016x}", hasher.finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dist(wasm: &str) -> Result<tempfile::TempDir> {
        let dist = tempfile::tempdir()?;
        let write = |name: &str, text: &str| fs::write(dist.path().join(name), text);
        write("engine_bg.wasm", wasm)?;
        write("engine.js", "new URL('engine_bg.wasm', import.meta.url)")?;
        write("engine_loader.js", &super::loader("engine"))?;
        write("index.html", "<html data-engine=\"engine_loader.js\" data-decoder=\"decoder_loader.js\">")?;
        Ok(dist)
    }

    fn loader(dist: &Path) -> Result<String> {
        let html = fs::read_to_string(dist.join("index.html"))?;
        Ok(html.split('"').nth(1).context("an attribute")?.to_owned())
    }

    #[test]
    fn every_reference_leads_to_a_file() -> Result<()> {
        let dist = dist("wasm")?;
        name_by_content(dist.path(), "engine")?;
        let loader = loader(dist.path())?;
        let name = loader.strip_suffix("_loader.js").context("a loader")?;
        let text = fs::read_to_string(dist.path().join(&loader))?;
        assert!(text.contains(&format!("'./{name}.js'")) && text.contains(&format!("'./{name}_bg.wasm'")), "{text}");
        let text = fs::read_to_string(dist.path().join(format!("{name}.js")))?;
        assert_eq!(text, format!("new URL('{name}_bg.wasm', import.meta.url)"));
        assert!(dist.path().join(format!("{name}_bg.wasm")).is_file());
        assert!(!dist.path().join("engine.js").exists());
        assert!(fs::read_to_string(dist.path().join("index.html"))?.contains("data-decoder=\"decoder_loader.js\""));
        Ok(())
    }

    #[test]
    fn the_name_changes_with_the_content_alone() -> Result<()> {
        let names = ["one", "one", "another"].map(|wasm| {
            let dist = dist(wasm)?;
            name_by_content(dist.path(), "engine")?;
            loader(dist.path())
        });
        let [first, same, other] = names.map(|name| name.unwrap_or_default());
        assert!(first.starts_with("engine-"));
        assert_eq!(first, same);
        assert_ne!(first, other);
        Ok(())
    }

    #[test]
    fn the_rest_of_an_engine_is_named_alike() -> Result<()> {
        let dist = dist("wasm")?;
        fs::write(dist.path().join("engine.js"), "'engine_bg.wasm', 'engine_rest.wasm'")?;
        fs::write(dist.path().join("engine_rest.wasm"), "more")?;
        name_by_content(dist.path(), "engine")?;
        let loader = loader(dist.path())?;
        let name = loader.strip_suffix("_loader.js").context("a loader")?;
        let text = fs::read_to_string(dist.path().join(format!("{name}.js")))?;
        assert_eq!(text, format!("'{name}_bg.wasm', '{name}_rest.wasm'"));
        assert!(dist.path().join(format!("{name}_rest.wasm")).is_file());
        Ok(())
    }

    #[test]
    fn the_models_url_has_its_hash() -> Result<()> {
        let dist = dist("wasm")?;
        fs::write(dist.path().join("a.safetensors"), "weights")?;
        fs::write(dist.path().join("index.html"), "<html data-model=\"a.safetensors\">")?;
        mark_model(dist.path())?;
        let html = fs::read_to_string(dist.path().join("index.html"))?;
        assert_eq!(html, format!("<html data-model=\"a.safetensors?{}\">", hash(&[b"weights"])));

        fs::write(dist.path().join("index.html"), "<html data-model=\"none.safetensors\">")?;
        assert!(mark_model(dist.path()).is_err());
        Ok(())
    }

    #[test]
    fn a_page_that_does_not_name_the_worker_is_refused() -> Result<()> {
        let dist = dist("wasm")?;
        fs::write(dist.path().join("index.html"), "<body>")?;
        assert!(name_by_content(dist.path(), "engine").is_err());
        Ok(())
    }

    #[test]
    fn wasm_is_found_with_and_without_a_hash() -> Result<()> {
        let dist = dist("wasm")?;
        fs::write(dist.path().join("page-0123_bg.wasm"), "")?;
        assert!(wasm_of(dist.path(), "page")?.ends_with("page-0123_bg.wasm"));
        assert!(wasm_of(dist.path(), "engine")?.ends_with("engine_bg.wasm"));
        assert!(wasm_of(dist.path(), "decoder").is_err());
        Ok(())
    }
}
