//! The language that the program speaks. Its texts are in `locales/`, a file for each language.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A text in the language that is spoken.
pub type Text = Cow<'static, str>;

/// A language that the texts exist in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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

    /// Speaks it from now on, in this program alone: page and workers are told one by one.
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
