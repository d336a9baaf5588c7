//! The two things that a visitor can be about. Which one stands in the address, so that reloading the page, going back
//! and links keep to it.

use leptos::{ev, prelude::*};

use super::state::Page;

/// What the visitor is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Classifying photos.
    Classify,
    /// Training on photos.
    Train,
}

impl View {
    /// The view that the page's address asks for.
    pub fn of_address() -> Self {
        let hash = window().location().hash().unwrap_or_default();
        if hash == Self::Train.address() { Self::Train } else { Self::Classify }
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
        }
    }
}

/// The way from one view to the other.
#[component]
pub fn Places() -> impl IntoView {
    let page = expect_context::<Page>();
    let _ = window_event_listener(ev::hashchange, move |_| page.view.set(View::of_address()));
    let place = move |view: View, name: &'static str| {
        view! { <a href=view.address() aria-current=move || (page.view.get() == view).then_some("page")>{name}</a> }
    };
    view! {
        <nav class="places" aria-label="What to do">
            {place(View::Classify, "Classify")}
            {place(View::Train, "Train")}
        </nav>
    }
}
