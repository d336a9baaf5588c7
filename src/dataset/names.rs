//! Which class the folders around a photo are named after.

use super::folder_of;

/// A photo's class: the outermost folder around it that bears the name of one.
pub fn true_class(classes: &[String], path: &str) -> Option<usize> {
    folder_of(path)?.split('/').find_map(|name| class_named(classes, name))
}

/// The class of this name: exactly it, or else but for capitals.
pub fn class_named(classes: &[String], name: &str) -> Option<usize> {
    let exactly = classes.iter().position(|class| class == name);
    exactly.or_else(|| classes.iter().position(|class| same_name(class, name)))
}

/// Whether two names are the same but for capitals.
pub fn same_name(one: &str, other: &str) -> bool {
    let [one, other] = [one, other].map(|name| name.chars().flat_map(char::to_lowercase));
    one.eq(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_differ_in_capitals_alone_are_told_apart_where_there_are_both() {
        let classes = ["A", "a", "Ähre"].map(String::from);
        assert_eq!(["a", "A", "b"].map(|name| class_named(&classes, name)), [Some(1), Some(0), None]);
        assert_eq!(true_class(&classes, "set/äHRE/a/1.jpg"), Some(2));
    }
}
