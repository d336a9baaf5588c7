//! Names of files.

/// A name without what file systems do not take.
pub fn file_name(name: &str) -> String {
    name.chars()
        .map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '-' } else { letter })
        .collect()
}
