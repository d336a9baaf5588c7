//! The texts in `locales/`: every language has them all, and the program uses each as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// Texts by their keys, such as `error.empty_file`.
type Texts = BTreeMap<String, String>;

#[test]
fn every_language_has_the_same_texts_with_the_same_placeholders() {
    let english = texts("en");
    let chinese = texts("zh-CN");
    assert_eq!(english.keys().collect::<Vec<_>>(), chinese.keys().collect::<Vec<_>>());
    for (key, text) in &english {
        assert_eq!(placeholders(text), placeholders(&chinese[key]), "{key}");
        assert_eq!(text.contains("{}"), chinese[key].contains("{}"), "{key}");
        assert_eq!(text.matches('`').count() % 2, 0, "{key}");
    }
}

#[test]
fn every_text_is_used_and_every_text_that_is_used_is_there() {
    let english = texts("en");
    let mut used = BTreeSet::new();
    for_each_source(Path::new("src"), &mut |file, source| {
        for call in calls(source) {
            let text = english.get(&call.key).unwrap_or_else(|| panic!("{file}: no text `{}`", call.key));
            assert_eq!(call.arguments, placeholders(text), "{file}: {}", call.key);
            used.insert(call.key);
        }
    });
    let unused: Vec<_> = english.into_keys().filter(|key| !used.contains(key)).collect();
    assert!(unused.is_empty(), "not used: {unused:?}");
}

/// The texts of a language.
fn texts(language: &str) -> Texts {
    let file = fs::read_to_string(format!("locales/{language}.toml")).unwrap();
    let sections: BTreeMap<String, Texts> = toml::from_str(&file).unwrap();
    let flat = |(section, texts): (String, Texts)| {
        texts.into_iter().map(move |(key, text)| (format!("{section}.{key}"), text)).collect::<Vec<_>>()
    };
    sections.into_iter().flat_map(flat).collect()
}

/// `name` for each `%{name}`.
fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("%{").skip(1).map(|rest| rest.split_once('}').unwrap().0.to_owned()).collect()
}

/// `t!("key", argument = value)`.
struct Call {
    key: String,
    arguments: BTreeSet<String>,
}

/// All calls of `t!` in a source.
fn calls(source: &str) -> Vec<Call> {
    let is_call = |at: usize| !source[..at].ends_with(|letter: char| letter.is_alphanumeric() || letter == '_');
    let calls = source.match_indices("t!(").filter(|&(at, _)| is_call(at));
    calls.filter_map(|(at, name)| call(&source[at + name.len()..])).collect()
}

/// A call, from behind its opening bracket.
fn call(rest: &str) -> Option<Call> {
    let rest = rest.trim_start().strip_prefix('"')?;
    let (key, rest) = rest.split_once('"')?;
    let (mut depth, mut argument, mut arguments) = (0, String::new(), BTreeSet::new());
    for letter in rest.chars() {
        match letter {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' if depth > 0 => depth -= 1,
            ')' | ',' if depth == 0 => {
                arguments.extend(argument.split_once('=').map(|(name, _)| name.trim().to_owned()));
                argument.clear();
                if letter == ')' {
                    break;
                }
                continue;
            }
            _ => {}
        }
        argument.push(letter);
    }
    Some(Call { key: key.to_owned(), arguments })
}

fn for_each_source(folder: &Path, visit: &mut impl FnMut(&str, &str)) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            for_each_source(&path, visit);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            visit(&path.display().to_string(), &fs::read_to_string(&path).unwrap());
        }
    }
}
