//! A static file server that behaves like a plain host: no special headers, any sub-path.

use std::path::Path;

use anyhow::{Context, Result, ensure};
use axum::Router;
use axum::http::{HeaderValue, header};
use axum::response::Redirect;
use axum::routing::get;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;
use tower_http::services::ServeDir;
use tower_http::set_header::SetResponseHeaderLayer;

/// A folder being served on this machine, until it is dropped.
pub struct Site {
    /// Where the page is.
    pub url: String,
    server: JoinHandle<std::io::Result<()>>,
    runtime: Runtime,
}

/// Where a folder will be served: taken before it is built, which takes long.
pub struct Place {
    base: String,
    listener: TcpListener,
    runtime: Runtime,
}

impl Place {
    /// Takes the path `base` on a port; port 0 stands for any that is free.
    pub fn take(base: &str, port: u16) -> Result<Self> {
        let base = normal_base(base)?;
        let runtime = Runtime::new().context("cannot start the server")?;
        let listener = runtime
            .block_on(TcpListener::bind(("127.0.0.1", port)))
            .with_context(|| format!("cannot serve on port {port}; choose another with --port"))?;
        Ok(Self { base, listener, runtime })
    }

    /// Starts to serve a folder there.
    pub fn serve(self, folder: &Path) -> Result<Site> {
        let Self { base, listener, runtime } = self;
        let index = folder.join("index.html");
        ensure!(index.is_file(), "there is no {}; build the page first: cargo xtask build", index.display());
        let port = listener.local_addr().context("the server has no port")?.port();
        let router = router(folder, &base);
        let server = runtime.spawn(async move { axum::serve(listener, router).await });
        Ok(Site { url: format!("http://127.0.0.1:{port}{base}"), server, runtime })
    }
}

impl Site {
    /// Starts to serve a folder under the path `base`, on any port that is free.
    pub fn start(folder: &Path, base: &str) -> Result<Self> {
        Place::take(base, 0)?.serve(folder)
    }

    /// Goes on serving until the process is ended.
    pub fn wait(self) -> Result<()> {
        self.runtime.block_on(self.server)?.context("the server failed")
    }
}

fn router(folder: &Path, base: &str) -> Router {
    // The browser asks each time and gets a file again only where it has changed.
    let no_cache = SetResponseHeaderLayer::overriding(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    let files = Router::new().fallback_service(ServeDir::new(folder)).layer(no_cache);
    match base.trim_end_matches('/') {
        "" => files,
        // What the page names relative to itself lies under the path with a slash at its end.
        path => {
            let to = base.to_owned();
            Router::new().route(path, get(async move || Redirect::permanent(&to))).nest(base, files)
        }
    }
}

/// `alexnet`, `/alexnet` and `/alexnet/` all mean `/alexnet/`.
fn normal_base(base: &str) -> Result<String> {
    let is_plain = |character: char| character.is_ascii_alphanumeric() || "-._~/".contains(character);
    ensure!(base.chars().all(is_plain), "the path {base} may be of letters, digits, and - . _ ~ / alone");
    Ok(match base.trim_matches('/') {
        "" => "/".to_owned(),
        base => format!("/{base}/"),
    })
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    /// The head and the body of an answer, to a request for a path in a folder with a few files, served at `/alexnet/`.
    fn answers(requests: &[&str]) -> Result<Vec<String>> {
        let parent = tempfile::tempdir()?;
        let folder = parent.path().join("dist");
        fs::create_dir_all(folder.join("models"))?;
        fs::write(parent.path().join("secret"), "secret")?;
        for name in ["index.html", "page.js", "engine_bg.wasm", "models/model.safetensors"] {
            fs::write(folder.join(name), format!("this is {name}"))?;
        }
        let site = Site::start(&folder, "alexnet")?;
        let address = site.url.trim_start_matches("http://").trim_end_matches("/alexnet/").to_owned();
        // Browsers hold connections on which they ask for nothing.
        let _idle = (0..64).map(|_| TcpStream::connect(&address)).collect::<std::io::Result<Vec<_>>>()?;
        let ask = |request: &&str| {
            let mut connection = TcpStream::connect(&address)?;
            write!(connection, "{request} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")?;
            let mut answer = String::new();
            connection.read_to_string(&mut answer)?;
            Ok(answer.to_lowercase())
        };
        requests.iter().map(ask).collect()
    }

    #[test]
    fn a_base_may_be_written_in_any_way_but_holds_no_patterns() {
        for (base, normal) in [("/", "/"), ("", "/"), ("alexnet", "/alexnet/"), ("/a/b/", "/a/b/")] {
            assert_eq!(normal_base(base).unwrap(), normal);
        }
        for base in [":x", "*", "{a", "a b"] {
            assert!(normal_base(base).is_err(), "{base}");
        }
    }

    #[test]
    fn files_come_with_the_type_and_the_length_that_browsers_want() -> Result<()> {
        let paths = [
            ("/alexnet/", "text/html", "this is index.html"),
            ("/alexnet/page.js", "text/javascript", "this is page.js"),
            ("/alexnet/engine_bg.wasm", "application/wasm", "this is engine_bg.wasm"),
            ("/alexnet/models/model.safetensors", "application/octet-stream", "this is models/model.safetensors"),
        ];
        let requests: Vec<String> = paths.iter().map(|(path, ..)| format!("GET {path}")).collect();
        let answers = answers(&requests.iter().map(String::as_str).collect::<Vec<_>>())?;
        for (answer, (path, media_type, content)) in answers.iter().zip(paths) {
            assert!(answer.starts_with("http/1.1 200"), "{path}: {answer}");
            assert!(answer.contains(&format!("content-type: {media_type}")), "{path}: {answer}");
            assert!(answer.contains(&format!("content-length: {}", content.len())), "{path}: {answer}");
            assert!(answer.contains("cache-control: no-cache") && answer.ends_with(content), "{path}: {answer}");
        }
        Ok(())
    }

    #[test]
    fn only_files_inside_the_folder_are_found() -> Result<()> {
        let requests = [
            "GET /",
            "GET /page.js",
            "GET /alexnet/none.js",
            "GET /alexnet/../secret",
            "GET /alexnet/models/../../secret",
            "GET /alexnet/%2e%2e/secret",
            "GET /alexnet/..%2fsecret",
            "GET /alexnet/..\\secret",
        ];
        for (request, answer) in requests.iter().zip(answers(&requests)?) {
            assert!(answer.starts_with("http/1.1 4") && !answer.ends_with("secret"), "{request}: {answer}");
        }
        Ok(())
    }

    #[test]
    fn the_path_without_its_slash_leads_to_the_page() -> Result<()> {
        let answer = &answers(&["GET /alexnet"])?[0];
        assert!(answer.starts_with("http/1.1 308") && answer.contains("location: /alexnet/"), "{answer}");
        Ok(())
    }
}
