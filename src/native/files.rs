//! Reading folders and files, and writing files whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::dataset::{is_hidden, is_photo, is_picture};
use crate::error::{Error, Result};
use crate::native::warn;
use crate::weights::ModelFile;

/// The files below a folder of class folders, as paths relative to it with `/` between the parts, sorted. `on_left_out` hears
/// of each that seems to be a picture and is left out, and why; it is named on standard error, too.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be read.
pub fn list(folder: &Path, mut on_left_out: impl FnMut(&Path, &str)) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for path in walk(folder)? {
        let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
        let why = match parts.map(|parts| parts.join("/")) {
            Some(name) if is_picture(&name) && !is_photo(&name) && !is_hidden(&name) => {
                "it is of a kind that is not read; save it as JPEG or PNG"
            }
            Some(name) => {
                paths.push(name);
                continue;
            }
            None => "its name is not Unicode; rename it",
        };
        warn(format_args!("left out {}: {why}", folder.join(&path).display()));
        on_left_out(&path, why);
    }
    paths.sort();
    Ok(paths)
}

/// The files below a folder, as paths relative to it, sorted. Links are followed.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be read.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let (paths, closed) = walk_around(folder);
    closed.into_iter().next().map_or(Ok(paths), |(_, error)| Err(error))
}

/// As [`walk`], and the folders that cannot be read, with the reason.
pub fn walk_around(folder: &Path) -> (Vec<PathBuf>, Vec<(PathBuf, Error)>) {
    let mut walked = Walk::default();
    walked.enter(folder, Path::new(""));
    walked.paths.sort();
    (walked.paths, walked.closed)
}

/// A walk through a folder.
#[derive(Default)]
struct Walk {
    paths: Vec<PathBuf>,
    closed: Vec<(PathBuf, Error)>,
    /// The folder that it is in, and those above, whatever links led there: a link to one of them would have no end.
    above: Vec<PathBuf>,
}

impl Walk {
    fn enter(&mut self, folder: &Path, below: &Path) {
        let place = place(folder);
        if self.above.contains(&place) {
            return;
        }
        self.above.push(place);
        if let Err(source) = self.take(folder, below) {
            self.closed.push((folder.to_path_buf(), io(folder, source)));
        }
        self.above.pop();
    }

    fn take(&mut self, folder: &Path, below: &Path) -> std::io::Result<()> {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let (path, name) = (entry.path(), below.join(entry.file_name()));
            if path.is_dir() {
                self.enter(&path, &name);
            } else if path.is_file() {
                self.paths.push(name);
            }
        }
        Ok(())
    }
}

/// Reads a file.
///
/// # Errors
/// [`Error::Io`]
pub fn read(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|source| io(path, source))
}

/// Reads and checks a model file.
///
/// # Errors
/// [`Error::Io`], and as [`ModelFile::from_bytes`].
pub fn read_model(path: &Path) -> Result<ModelFile> {
    ModelFile::from_bytes(read(path)?, None)
}

/// Refuses, before any work is done, to write over a file that is read as well, twice to the same one, or into a folder that is
/// not there.
///
/// # Errors
/// [`Error::Io`]
pub fn check_outputs(outputs: &[&Path], inputs: &[&Path]) -> Result<()> {
    let mut taken: Vec<PathBuf> = inputs.iter().map(|path| place(path)).collect();
    for path in outputs {
        let folder = path.parent().filter(|folder| *folder != Path::new("")).unwrap_or(Path::new("."));
        fs::metadata(folder).map_err(|source| io(folder, source))?;
        let place = place(path);
        if taken.contains(&place) {
            let why = "it is read as well, or written twice, and would be lost; choose another file";
            return Err(io(path, std::io::Error::other(why)));
        }
        taken.push(place);
    }
    Ok(())
}

/// Where a file or folder is or would be, whatever links lead there.
pub fn place(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| match (path.parent(), path.file_name()) {
        (Some(folder), Some(name)) if folder == Path::new("") => place(Path::new(".")).join(name),
        (Some(folder), Some(name)) => place(folder).join(name),
        _ => path.to_path_buf(),
    })
}

/// Writes a file so that it is there whole or not at all. Where links lead to it, they stay.
///
/// # Errors
/// [`Error::Io`]
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let place = place(path);
    // A device, such as `/dev/null`, would be replaced by a file.
    if fs::metadata(&place).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
        return fs::write(&place, bytes).map_err(|source| io(path, source));
    }
    let mut partial = place.clone().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = fs::write(&partial, bytes)
        .map_err(|source| match path.parent() {
            Some(folder) if source.kind() == ErrorKind::NotFound => io(folder, source),
            _ => io(path, source),
        })
        .and_then(|()| fs::rename(&partial, &place).map_err(|source| io(path, source)));
    if written.is_err() {
        // The first error is the one to tell.
        let _ = fs::remove_file(&partial);
    }
    written
}

/// Makes a folder and those above it.
///
/// # Errors
/// [`Error::Io`]
pub fn create_folder(path: &Path) -> Result<()> {
    fs::create_dir_all(path).map_err(|source| io(path, source))
}

/// Gives an input or output error the name of its file.
pub fn io(path: &Path, source: std::io::Error) -> Error {
    Error::Io { path: path.to_owned(), source }
}
