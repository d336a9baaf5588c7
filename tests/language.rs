//! What was said in all languages is shown in the one that is spoken. In a program of its own, as the language is the
//! whole program's.

use alexnet_browser::language::{Language, Text, Told, in_all, speak_all};
use alexnet_browser::weights::parse_class_indices;

#[test]
fn what_was_told_follows_the_language() {
    let shown = |told: &Told, language: Language| {
        language.speak();
        told.to_string()
    };

    speak_all();
    // A reason within a message.
    let told = Told::from(parse_class_indices(br#"{"1": "daisy"}"#).unwrap_err().to_string());
    for _ in 0..2 {
        let english = shown(&told, Language::English);
        assert_eq!(english, "the class names do not fit the model: index 0 is missing among 1 names");
        let chinese = shown(&told, Language::Chinese);
        assert_eq!(chinese, "类别名称与模型不符：1 个名称中缺少序号 0");
    }

    // Browsers' and libraries' words are in no language of ours.
    let plain = Told::from("NotFoundError: %{reason} {}".to_owned());
    assert_eq!(shown(&plain, Language::Chinese), "NotFoundError: %{reason} {}");

    // What was told can be part of what is told next, and the language before it is spoken again.
    let outer = Told::of(|| Text::from(format!("[{told}]")));
    assert_eq!(Language::spoken(), Language::Chinese);
    assert_eq!(outer.into_all(), in_all(|| format!("[{told}]")));
}
