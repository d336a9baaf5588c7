//! Which functions belong to an engine's first half: lists of names.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

const OUR_CRATE: &str = "alexnet_browser::";

/// Names of functions, without what the compiler adds to tell apart those of one name; in place of our own functions stand
/// their modules, so that a change in one of them is no change of the list.
#[derive(Default)]
pub struct Names(BTreeSet<String>);

impl Names {
    /// Those that the first answers of an engine need.
    pub fn read(engine: &str) -> Result<Self> {
        let path = Self::path(engine);
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(Self(text.lines().map(str::to_owned).collect()))
    }

    /// Keeps them for later builds.
    pub fn write(&self, engine: &str) -> Result<()> {
        let lines: String = self.0.iter().flat_map(|name| [name, "\n"]).collect();
        Ok(fs::write(Self::path(engine), lines)?)
    }

    /// Adds a function; those without a name are in the first half anyway.
    pub fn add(&mut self, name: &str) {
        if !name.is_empty() {
            self.0.insert(listed_as(name));
        }
    }

    /// Whether a function of this name is among them.
    pub fn has(&self, name: &str) -> bool {
        self.0.contains(&listed_as(name))
    }

    fn path(engine: &str) -> PathBuf {
        PathBuf::from(format!("xtask/first_answers/{engine}.txt"))
    }
}

/// A function's name without hashes and types, or the module of one of ours.
fn listed_as(name: &str) -> String {
    let name = without_hashes(name);
    match (name.find(OUR_CRATE), name.find('<')) {
        (Some(start), _) => module(&name[start..]),
        // The compiler takes what is the same for several types for one or for several.
        (None, Some(types)) if types > 0 && !name[..types].ends_with("::") => name[..types].to_owned(),
        _ => name,
    }
}

/// The module of `crate::module::function`, `crate::module::function::{{closure}}` or `crate::module::Type::method`.
fn module(path: &str) -> String {
    let is_lower = |part: &&str| part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let mut parts: Vec<&str> = path.split("::").take_while(is_lower).collect();
    let next = path.split("::").nth(parts.len());
    if next.is_none_or(|next| next.starts_with("{{")) {
        parts.pop();
    }
    parts.join("::")
}

/// `core[0123456789abcdef]::fmt::write::h0123456789abcdef.7` as `core::fmt::write`.
fn without_hashes(name: &str) -> String {
    let is_hexadecimal = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
    let is_hash = |part: &str| part.strip_prefix('h').and_then(|hash| hash.get(..16)).is_some_and(is_hexadecimal);
    let name = name.split("::").filter(|part| !is_hash(part)).collect::<Vec<_>>().join("::");
    let (first, parts) =
        name.split_once('[').map_or((name.as_str(), None), |(first, rest)| (first, Some(rest.split('['))));
    let rest = parts.into_iter().flatten().map(|part| match part.split_once(']') {
        Some((inside, after)) if is_hexadecimal(inside) => after.to_owned(),
        _ => format!("[{part}"),
    });
    std::iter::once(first.to_owned()).chain(rest).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_listed_without_hashes_and_types_and_ours_by_their_modules() {
        for (name, listed) in [
            ("core::fmt::write::h0123456789abcdef", "core::fmt::write"),
            ("core[0123456789abcdef]::fmt::write::h0123456789abcdef.7", "core::fmt::write"),
            ("core::ptr::drop_in_place<alloc::vec::Vec<u8>>", "core::ptr::drop_in_place"),
            ("core::str::<impl str>::parse<u8>", "core::str::<impl str>::parse<u8>"),
            ("<[T; N] as core::fmt::Debug>::fmt[4]", "<[T; N] as core::fmt::Debug>::fmt"),
            ("a::hash::B::head", "a::hash::B::head"),
            ("alexnet_browser::web::js::bytes::h0123456789abcdef", "alexnet_browser::web::js"),
            ("alexnet_browser::web::js::bytes::{{closure}}::h0123456789abcdef", "alexnet_browser::web::js"),
            ("alexnet_browser::web::engine::photos::Photos::add", "alexnet_browser::web::engine::photos"),
            ("<alexnet_browser::error::Error as core::fmt::Display>::fmt", "alexnet_browser::error"),
        ] {
            assert_eq!(listed_as(name), listed);
        }
    }
}
