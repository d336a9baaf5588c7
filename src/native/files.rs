//! Reading folders and files, and writing files whole or not at all.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::weights::ModelFile;

/// The files below a folder, as paths relative to it with `/` between the parts, sorted. Of a file whose name is no text
/// it is said on standard error that it is left out.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be read.
pub fn list(folder: &Path) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    for path in walk(folder)? {
        let parts: Option<Vec<&str>> = path.iter().map(|part| part.to_str()).collect();
        match parts {
            Some(parts) => paths.push(parts.join("/")),
            None => eprintln!("{}: left out, as its name is not Unicode; rename it", folder.join(path).display()),
        }
    }
    paths.sort();
    Ok(paths)
}

/// The files below a folder, as paths relative to it, sorted.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be read.
pub fn walk(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    collect(folder, Path::new(""), &mut paths)?;
    paths.sort();
    Ok(paths)
}

fn collect(folder: &Path, below: &Path, paths: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).map_err(|source| io(folder, source))? {
        let entry = entry.map_err(|source| io(folder, source))?;
        let (path, name) = (entry.path(), below.join(entry.file_name()));
        // `entry.file_type` does not follow links, so a circle of them ends here.
        let file_type = entry.file_type().map_err(|source| io(&path, source))?;
        if file_type.is_dir() {
            collect(&path, &name, paths)?;
        } else if path.is_file() {
            paths.push(name);
        }
    }
    Ok(())
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

/// Writes a file so that it is there whole or not at all.
///
/// # Errors
/// [`Error::Io`]
pub fn write(path: &Path, bytes: impl AsRef<[u8]>) -> Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let written = fs::write(&partial, bytes)
        .map_err(|source| match path.parent() {
            Some(folder) if source.kind() == ErrorKind::NotFound => io(folder, source),
            _ => io(path, source),
        })
        .and_then(|()| fs::rename(&partial, path).map_err(|source| io(path, source)));
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
