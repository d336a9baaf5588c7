//! The language of the page: that of its address, of an earlier choice or of the browser, and the switch between them.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::JsValue;
use web_sys::Url;

use super::{browser::address_parameter, state::Page};
use crate::language::{Language, Text};

/// What the address (`?lang=zh`) and the browser's storage call it.
const ADDRESS: &str = "lang";
const STORED: &str = "alexnet-language";

/// Something to tell, in the language that is spoken when it is read.
pub type Saying = Arc<dyn Fn() -> Text + Send + Sync>;

/// Nothing to tell.
pub fn silence() -> Saying {
    Arc::new(Text::default)
}

/// The language to begin with.
pub fn at_start() -> Language {
    let wanted = address_parameter(ADDRESS).into_iter().chain(stored());
    let of_browser = window().navigator().languages();
    let of_browser = of_browser.iter().filter_map(|tag| tag.as_string());
    wanted.chain(of_browser).find_map(|tag| Language::of_tag(&tag)).unwrap_or_default()
}

/// Says to the browser which language the page is in, whenever that changes.
pub fn announce(page: Page) {
    Effect::new(move || {
        let language = page.language.get();
        document().set_title(&t!("page.title"));
        if let Some(root) = document().document_element() {
            root.set_attribute("lang", language.tag()).expect("a name without spaces");
        }
    });
}

impl Page {
    /// Speaks this language from now on, in the next visits too.
    fn choose_language(self, language: Language) {
        language.speak();
        self.language.set(language);
        // Where nothing can be stored, the choice is good for this visit.
        if let Ok(Some(storage)) = window().local_storage() {
            let _ = storage.set_item(STORED, language.tag());
        }
        let _ = forget_address();
    }
}

/// The control in the page's head.
#[component]
pub fn Switch() -> impl IntoView {
    let page = expect_context::<Page>();
    let button = |language: Language| {
        view! {
            <button
                type="button"
                lang=language.tag()
                data-language=language.tag()
                aria-pressed=move || (page.language.get() == language).to_string()
                on:click=move |_| page.choose_language(language)
            >
                {language.name()}
            </button>
        }
    };
    let label = move || {
        page.language.track();
        t!("page.language")
    };
    view! {
        <div class="languages" role="group" aria-label=label>
            {Language::ALL.map(button)}
        </div>
    }
}

fn stored() -> Option<String> {
    window().local_storage().ok()??.get_item(STORED).ok()?
}

/// Takes the language out of the address, which a later choice has overruled.
fn forget_address() -> Result<(), JsValue> {
    let url = Url::new(&window().location().href()?)?;
    if url.search_params().has(ADDRESS) {
        url.search_params().delete(ADDRESS);
        window().history()?.replace_state_with_url(&JsValue::NULL, "", Some(&url.href()))?;
    }
    Ok(())
}
