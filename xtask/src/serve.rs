//! A static file server that behaves like a plain host: no special headers, any sub-path.

use std::fs::{self, File};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::UNIX_EPOCH;

use anyhow::{Context, Result, anyhow, ensure};
use tiny_http::{Header, Method, Request, Response, Server};

/// Requests that are answered at the same time.
const THREADS: usize = 8;

/// A folder being served on this machine, for as long as the process lives.
pub struct Site {
    /// Where the page is.
    pub url: String,
    threads: Vec<JoinHandle<()>>,
}

impl Site {
    /// Starts to serve a folder under the path `base`; port 0 takes any that is free.
    pub fn start(folder: &Path, base: &str, port: u16) -> Result<Self> {
        let index = folder.join("index.html");
        ensure!(index.is_file(), "there is no {}; build the page first: cargo xtask build", index.display());
        let base = normal_base(base);
        let server = Server::http(("127.0.0.1", port))
            .map_err(|error| anyhow!("cannot serve on port {port}: {error}; choose another with --port"))?;
        let port = server.server_addr().to_ip().context("the server has no port")?.port();
        let url = format!("http://127.0.0.1:{port}{base}");

        let server = Arc::new(server);
        let serve = || {
            let (server, folder, base) = (Arc::clone(&server), folder.to_owned(), base.clone());
            thread::spawn(move || {
                while let Ok(request) = server.recv() {
                    // A visitor who leaves before the answer is there is no error of ours.
                    let _ = answer(request, &folder, &base);
                }
            })
        };
        let threads = (0..THREADS).map(|_| serve()).collect();
        Ok(Self { url, threads })
    }

    /// Goes on serving until the process is ended.
    pub fn wait(self) -> Result<()> {
        for thread in self.threads {
            thread.join().map_err(|_| anyhow!("a thread of the server failed"))?;
        }
        Ok(())
    }
}

fn answer(request: Request, folder: &Path, base: &str) -> std::io::Result<()> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return request.respond(Response::empty(405).with_header(header("Allow", "GET, HEAD")));
    }
    let path = request.url().split(['?', '#']).next().unwrap_or_default();
    if format!("{path}/") == base {
        return request.respond(Response::empty(301).with_header(header("Location", base)));
    }
    let Some((path, file)) = locate(path, folder, base).and_then(|path| Some((path.clone(), File::open(path).ok()?)))
    else {
        return request.respond(Response::from_string("not found").with_status_code(404));
    };

    let tag = tag(&file)?;
    // The browser asks each time and gets a file again only where it has changed.
    let headers = [header("ETag", &tag), header("Cache-Control", "no-cache")];
    let known = request.headers().iter().any(|header| {
        header.field.equiv("If-None-Match") && header.value.as_str().split(',').any(|known| known.trim() == tag)
    });
    if known {
        let response = Response::empty(304);
        return request.respond(headers.into_iter().fold(response, Response::with_header));
    }
    // The whole length is known: no chunks, so that a download can show its progress.
    let response = Response::from_file(file)
        .with_chunked_threshold(usize::MAX)
        .with_header(header("Content-Type", content_type(&path)));
    request.respond(headers.into_iter().fold(response, Response::with_header))
}

/// The file that a URL's path names. Names in dist/ need no percent escapes, so none are read.
fn locate(path: &str, folder: &Path, base: &str) -> Option<PathBuf> {
    let path = path.strip_prefix(base)?;
    let path = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    let inside = !path.contains('\\') && Path::new(&path).components().all(|part| matches!(part, Component::Normal(_)));
    let file = folder.join(path);
    (inside && file.is_file()).then_some(file)
}

/// `alexnet`, `/alexnet` and `/alexnet/` all mean `/alexnet/`.
fn normal_base(base: &str) -> String {
    match base.trim_matches('/') {
        "" => "/".to_owned(),
        base => format!("/{base}/"),
    }
}

/// Changes whenever the file is written.
fn tag(file: &File) -> std::io::Result<String> {
    let metadata: fs::Metadata = file.metadata()?;
    let written = metadata.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default();
    Ok(format!("\"{:x}-{:x}\"", metadata.len(), written.as_nanos()))
}

fn content_type(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        "ico" => "image/x-icon",
        "txt" => "text/plain; charset=utf-8",
        // Weights (.safetensors) among others.
        _ => "application/octet-stream",
    }
}

fn header(name: &str, value: &str) -> Header {
    Header::from_bytes(name, value).expect("names and values are plain ASCII")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_may_be_written_in_any_way() {
        assert_eq!(normal_base("/"), "/");
        assert_eq!(normal_base(""), "/");
        assert_eq!(normal_base("alexnet"), "/alexnet/");
        assert_eq!(normal_base("/a/b/"), "/a/b/");
    }

    #[test]
    fn only_files_inside_the_folder_are_found() -> Result<()> {
        let parent = tempfile::tempdir()?;
        let folder = parent.path().join("dist");
        fs::create_dir_all(folder.join("models"))?;
        fs::write(parent.path().join("secret"), "")?;
        for name in ["index.html", "page.js", "models/model.safetensors"] {
            fs::write(folder.join(name), "")?;
        }
        let found = |path: &str| locate(path, &folder, "/alexnet/").is_some();
        for path in ["/alexnet/", "/alexnet/index.html", "/alexnet/page.js", "/alexnet/models/model.safetensors"] {
            assert!(found(path), "{path}");
        }
        let secret = parent.path().join("secret");
        let absolute = format!("/alexnet/{}", secret.display());
        for path in [
            "/",
            "/page.js",
            "/alexnet/models",
            "/alexnet/models/",
            "/alexnet/none.js",
            "/alexnet/../secret",
            "/alexnet/models/../../secret",
            "/alexnet/%2e%2e/secret",
            "/alexnet/..\\secret",
            absolute.as_str(),
        ] {
            assert!(!found(path), "{path}");
        }
        Ok(())
    }

    #[test]
    fn browsers_get_the_types_they_insist_on() {
        assert_eq!(content_type(Path::new("engine_bg.wasm")), "application/wasm");
        assert_eq!(content_type(Path::new("engine.js")), "text/javascript; charset=utf-8");
        assert_eq!(content_type(Path::new("style.css")), "text/css; charset=utf-8");
        assert_eq!(content_type(Path::new("model.safetensors")), "application/octet-stream");
    }
}
