//! The results: a summary with the controls, and the list itself.

mod card;
mod list;
mod toolbar;

use leptos::{html, prelude::*};
use rust_i18n::t;
use web_sys::HtmlElement;

pub use self::card::percent;

use super::state::Page;
use crate::results::{Counts, Results};

/// Results that begin below this share of the window are hardly seen.
const WELL_SEEN: f64 = 0.6;

/// Everything about the photos so far; nothing as long as there are none.
#[component]
pub fn ResultsList() -> impl IntoView {
    let page = expect_context::<Page>();
    let counts = Memo::new(move |_| page.results.with(Results::counts));
    let section = NodeRef::<html::Section>::new();
    let has_answers = Memo::new(move |_| counts.with(|counts| counts.done() > 0));
    Effect::new(move |had_answers: Option<bool>| {
        let results = section.get().filter(|_| has_answers.get());
        match (had_answers, &results) {
            (Some(false), Some(results)) => bring_into_view(results),
            // All is cleared.
            (Some(true), None) => window().scroll_to_with_x_and_y(0.0, 0.0),
            // Built anew in another language, the results are where they were.
            _ => {}
        }
        results.is_some()
    });
    view! {
        <Show when=move || counts.with(Counts::total) != 0>
            <section class="results" node_ref=section aria-label=t!("results.title")>
                <toolbar::Progress counts/>
                <toolbar::Toolbar counts/>
                <list::List counts/>
            </section>
        </Show>
    }
}

/// Brings the first answers to where they are seen, unless they are, or the visitor has moved the page.
fn bring_into_view(results: &HtmlElement) {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let is_unmoved = window().scroll_y().is_ok_and(|offset| offset == 0.0);
    if is_unmoved && f64::from(results.offset_top()) > height * WELL_SEEN {
        results.scroll_into_view();
    }
}
