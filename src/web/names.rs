//! Names of files.

/// A name without what file systems do not take.
pub fn file_name(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '-' } else { letter })
        .collect()
}

/// The name of a model's file without what tells its kind.
pub fn without_extension(name: &str) -> &str {
    [".safetensors", ".pth"].into_iter().find_map(|extension| name.strip_suffix(extension)).unwrap_or(name)
}
