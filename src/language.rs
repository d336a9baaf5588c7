//! The language that the program speaks. Its texts are in `locales/`, a file for each language.
//!
//! A worker knows nobody's language: it [speaks all](speak_all) at once, and the page shows what it was [`Told`] in the
//! language that is spoken then, though it was told before that was chosen.

use std::borrow::Cow;
use std::fmt;

use rust_i18n::Backend;

/// A text in the language that is spoken.
pub type Text = Cow<'static, str>;

/// A language that the texts exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// English.
    #[default]
    English,
    /// Chinese in simplified characters.
    Chinese,
}

impl Language {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::Chinese];

    /// The one that is spoken; English where nothing else was said.
    pub fn spoken() -> Self {
        Self::of_tag(&rust_i18n::locale()).unwrap_or_default()
    }

    /// Speaks it from now on.
    pub fn speak(self) {
        rust_i18n::set_locale(self.tag());
    }

    /// The one that a tag such as `en-GB` or `zh-Hans-CN` stands for.
    pub fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()? {
            "en" => Some(Self::English),
            "zh" => Some(Self::Chinese),
            _ => None,
        }
    }

    /// Its tag, after which its file in `locales/` is named.
    pub fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Chinese => "zh-CN",
        }
    }

    /// Its name in itself.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Chinese => "中文",
        }
    }
}

/// What stands for all languages where a tag is asked for.
const ALL_AT_ONCE: &str = "*";
/// Where a text in all languages begins, where its next language does, and where it ends. Unicode keeps these for programs
/// of their own; no text has them.
const BEGIN: char = '\u{fdd0}';
const NEXT: char = '\u{fdd1}';
const END: char = '\u{fdd2}';

/// Speaks all languages at once from now on, for a program that the page shows: see [`Told`].
pub fn speak_all() {
    rust_i18n::set_locale(ALL_AT_ONCE);
}

/// Texts in all languages at once, made of those of each. What is filled into such a text stands in it once for each
/// language, and may be such a text itself.
pub(crate) struct AllLanguages;

impl Backend for AllLanguages {
    fn available_locales(&self) -> Vec<Cow<'_, str>> {
        Vec::new()
    }

    fn translate(&self, tag: &str, key: &str) -> Option<Cow<'_, str>> {
        (tag == ALL_AT_ONCE).then(|| {
            let texts = Language::ALL.map(|language| crate::_rust_i18n_translate(language.tag(), key));
            format!("{BEGIN}{}{END}", texts.join(&NEXT.to_string())).into()
        })
    }

    fn messages_for_locale(&self, _tag: &str) -> Option<Vec<(Cow<'_, str>, Cow<'_, str>)>> {
        None
    }
}

/// What a program said that speaks all languages, or a text in one; shows itself in the language that is spoken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told(String);

impl Told {
    /// What this says, in all languages.
    pub fn of(say: impl FnOnce() -> Text) -> Self {
        Self(in_all(say).into())
    }

    /// It as it stands, in all languages.
    pub fn into_all(self) -> String {
        self.0
    }
}

/// Does this while all languages are spoken.
pub fn in_all<T>(act: impl FnOnce() -> T) -> T {
    let spoken = rust_i18n::locale().to_owned();
    speak_all();
    let outcome = act();
    rust_i18n::set_locale(&spoken);
    outcome
}

impl fmt::Display for Told {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(spoken) = Language::of_tag(&rust_i18n::locale()) else {
            return formatter.write_str(&self.0);
        };
        let spoken = Language::ALL.iter().position(|language| *language == spoken);
        // For each text around a letter, its language in which the letter stands.
        let mut around = Vec::new();
        for letter in self.0.chars() {
            match letter {
                BEGIN => around.push(0),
                NEXT => {
                    if let Some(language) = around.last_mut() {
                        *language += 1;
                    }
                }
                END => {
                    around.pop();
                }
                letter if around.iter().all(|&language| Some(language) == spoken) => {
                    fmt::Write::write_char(formatter, letter)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl From<String> for Told {
    fn from(text: String) -> Self {
        Self(text)
    }
}
