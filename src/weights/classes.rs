//! The names of a network's classes, and the tutorial's file of them.

use std::collections::{BTreeMap, HashSet};

use rust_i18n::t;
use serde::Deserialize;

use crate::error::{Error, Result};

/// What such a file looks like.
const EXAMPLE: &str = r#"{"0": "daisy", "1": ...}"#;

/// What stands for a class in a file of names.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a class has no name")]
enum Entry {
    Name(String),
    /// WordNet's number and a name, as files of ImageNet's classes have them.
    Numbered([String; 2]),
}

/// Reads the tutorial's `class_indices.json`, `{"0": "daisy", "1": "dandelion", ...}`, or ImageNet's,
/// `{"0": ["n01440764", "tench"], ...}`; of its names, those that stand twice get their numbers behind them.
///
/// # Errors
/// [`Error::Classes`] where it is something else, or the indices are not 0, 1, 2 and so on.
pub fn parse_class_indices(json: &[u8]) -> Result<Vec<String>> {
    // Windows' editor puts this mark before what it saves.
    let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
    let mut entries: BTreeMap<String, Entry> = serde_json::from_slice(json)
        .map_err(|error| Error::Classes(t!("weights.class_file", reason = error, example = EXAMPLE).into()))?;
    let count = entries.len();
    let entries = (0..count)
        .map(|index| {
            let entry = entries.remove(&index.to_string());
            entry.ok_or_else(|| Error::Classes(t!("weights.missing_index", index = index, count = count).into()))
        })
        .collect::<Result<Vec<_>>>()?;
    let mut times = BTreeMap::<&str, usize>::new();
    for Entry::Name(name) | Entry::Numbered([_, name]) in &entries {
        *times.entry(name).or_default() += 1;
    }
    let name = |entry: &Entry| match entry {
        Entry::Numbered([number, name]) if times[&**name] > 1 => format!("{name} ({number})"),
        Entry::Name(name) | Entry::Numbered([_, name]) => name.clone(),
    };
    Ok(entries.iter().map(name).collect())
}

/// Writes `class_indices.json` as the tutorial does.
pub fn class_indices(classes: &[String]) -> String {
    let lines: Vec<String> = classes
        .iter()
        .enumerate()
        .map(|(index, name)| format!("    \"{index}\": {}", serde_json::Value::from(name.as_str())))
        .collect();
    format!("{{\n{}\n}}", lines.join(",\n"))
}

/// Whether these names fit a network with so many outputs.
///
/// # Errors
/// [`Error::Classes`] where there are more or fewer of them, or one stands twice.
pub fn check_classes(classes: &[String], outputs: usize) -> Result<()> {
    if classes.len() != outputs {
        return Err(Error::Classes(t!("weights.count", names = classes.len(), outputs = outputs).into()));
    }
    let mut seen = HashSet::new();
    match classes.iter().find(|name| !seen.insert(*name)) {
        Some(twice) => Err(Error::Classes(t!("weights.twice", name = twice).into())),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back_in_their_order() {
        let names: Vec<String> = (0..12).map(|index| format!("class \"{index}\" 🌻")).collect();
        assert_eq!(parse_class_indices(class_indices(&names).as_bytes()).unwrap(), names);
    }

    #[test]
    fn image_nets_names_are_read_with_what_tells_them_apart() {
        let json = br#"{"0": ["n02012849", "crane"], "1": ["n01440764", "tench"], "2": ["n03126707", "crane"]}"#;
        assert_eq!(parse_class_indices(json).unwrap(), ["crane (n02012849)", "tench", "crane (n03126707)"]);
    }

    #[test]
    fn names_that_fit_no_network_are_refused() {
        let message = |json: &str| parse_class_indices(json.as_bytes()).unwrap_err().to_string();
        assert!(message(r#"{"0": "daisy", "2": "roses"}"#).contains("index 1 is missing"));
        assert!(message(r#"["daisy"]"#).contains("expected"));
        // torchvision's `class_to_idx`, the wrong way round.
        assert!(message(r#"{"daisy": 0}"#).contains("a class has no name"));
        let names = ["daisy", "daisy"].map(String::from);
        assert!(check_classes(&names, 2).unwrap_err().to_string().contains("`daisy` stands twice"));
        assert!(check_classes(&names, 3).unwrap_err().to_string().contains("2 names for 3 outputs"));
    }
}
