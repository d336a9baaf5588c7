//! The four things that a visitor can be about. Which one stands in the address, so that reloading the page, going back
//! and links keep to it.

use leptos::{ev, prelude::*};
use rust_i18n::t;

use super::{state::Page, train::state::Phase};
use crate::language::Text;

/// What the visitor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Classifying photos.
    Classify,
    /// Training on photos.
    Train,
    /// Looking inside the network.
    Inside,
    /// Holding models against photos.
    Evaluate,
}

impl View {
    /// The view that the page's address asks for.
    pub fn of_address() -> Self {
        let hash = window().location().hash().unwrap_or_default();
        [Self::Train, Self::Inside, Self::Evaluate]
            .into_iter()
            .find(|view| view.address() == hash)
            .unwrap_or(Self::Classify)
    }

    /// Shows this view.
    pub fn show(self) {
        // The page listens to what becomes of its address. A browser that refuses leaves the view as it is.
        let _ = window().location().set_hash(self.address());
    }

    fn address(self) -> &'static str {
        match self {
            Self::Classify => "#classify",
            Self::Train => "#train",
            Self::Inside => "#inside",
            Self::Evaluate => "#evaluate",
        }
    }
}

/// Shows the view of the address, whenever that changes.
pub fn follow_address(page: Page) {
    let _ = window_event_listener(ev::hashchange, move |_| page.view.set(View::of_address()));
}

/// The way from one view to the other.
#[component]
pub fn Places() -> impl IntoView {
    let page = expect_context::<Page>();
    let place = move |view: View, name: Text| {
        view! {
            <a href=view.address() aria-current=move || (page.view.get() == view).then_some("page")>
                {name}
                {(view == View::Train).then(|| view! { <UnderWay/> })}
            </a>
        }
    };
    view! {
        <nav class="places" aria-label=t!("page.what_to_do")>
            {place(View::Classify, t!("page.classify"))}
            {place(View::Train, t!("page.train"))}
            {place(View::Inside, t!("page.inside"))}
            {place(View::Evaluate, t!("page.evaluate"))}
        </nav>
    }
}

/// How far the run is that goes on while the visitor is about something else.
#[component]
fn UnderWay() -> impl IntoView {
    let training = expect_context::<Page>().training;
    let epoch = Memo::new(move |_| training.epoch_under_way());
    let is_paused = move || training.phase.get() == Phase::Paused;
    move || {
        epoch.get().map(|(epoch, epochs)| {
            view! {
                <span class="under-way" class:held=is_paused>
                    <span class="hidden-words">": "</span>
                    <span class="words">
                        {move || match is_paused() {
                            true => t!("page.held", epoch = epoch, epochs = epochs),
                            false => t!("page.under_way", epoch = epoch, epochs = epochs),
                        }}
                    </span>
                </span>
            }
        })
    }
}
