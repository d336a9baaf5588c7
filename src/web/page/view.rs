//! The four things that a visitor can be about. Which one stands in the address, so that reloading the page, going back
//! and links keep to it.

use leptos::{ev, prelude::*};

use super::{state::Page, train::state::Phase};

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

/// The way from one view to the other.
#[component]
pub fn Places() -> impl IntoView {
    let page = expect_context::<Page>();
    let _ = window_event_listener(ev::hashchange, move |_| page.view.set(View::of_address()));
    let place = move |view: View, name: &'static str| {
        view! {
            <a href=view.address() aria-current=move || (page.view.get() == view).then_some("page")>
                {name}
                {(view == View::Train).then(|| view! { <UnderWay/> })}
            </a>
        }
    };
    view! {
        <nav class="places" aria-label="What to do">
            {place(View::Classify, "Classify")}
            {place(View::Train, "Train")}
            {place(View::Inside, "Look inside")}
            {place(View::Evaluate, "Evaluate")}
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
                        {move || is_paused().then_some("paused in ")} {format!("epoch {epoch} of {epochs}")}
                    </span>
                </span>
            }
        })
    }
}
