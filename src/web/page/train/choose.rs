//! Where the photos to train on come in.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlInputElement;

use super::state::Phase;
use crate::web::page::{intake::Findings, state::Page, view::View};

/// How the folder has to look.
const EXAMPLE: &str = "\
flowers
├ daisy
│  ├ meadow.jpg
│  └ garden.jpg
└ tulips
   ├ vase.jpg
   └ field.jpg";

/// The drop zone for a folder, its button, and how the folder has to look.
#[component]
pub fn Choose(dragging: ReadSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let phase = page.training.phase;
    let pick = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let findings = Findings::picked_folder(input.files());
        // So that the same folder can be picked again.
        input.set_value("");
        spawn_local(take_in(page, findings));
    };
    view! {
        <section
            class="intake"
            class:dragging=dragging
            class:compact=move || phase.get() != Phase::Idle
            aria-label="Choose photos to train on"
        >
            <label class="drop teach" for="dataset">
                <span class="words">
                    <strong class="for-mouse">
                        {move || if dragging.get() { "Let go" } else { "Drop a folder of photos here" }}
                    </strong>
                    <strong class="for-touch">"Tap to choose a folder of photos"</strong>
                    <span>
                        "With a folder inside for each class, named after it. Folders split into train and val are \
                         used as they are."
                    </span>
                </span>
                <pre aria-hidden="true">{EXAMPLE}</pre>
            </label>
            <div class="buttons">
                <span class="file-button" class:primary=move || phase.get() == Phase::Idle>
                    <input
                        id="dataset"
                        type="file"
                        prop:webkitdirectory=true
                        multiple
                        disabled=move || phase.get().is_active() || page.training.ordered.get()
                        on:change=pick
                    />
                    <label for="dataset">
                        {move || if phase.get() == Phase::Idle { "Choose a folder" } else { "Choose another folder" }}
                    </label>
                </span>
            </div>
        </section>
    }
}

/// Gives training what was picked or dropped: a folder becomes the photos to train on.
pub async fn take_in(page: Page, findings: impl Future<Output = Findings>) {
    let training = page.training;
    training.tell("Going through the folder\u{2026}");
    let mut findings = findings.await;
    let models = findings.take_models();
    if !models.is_empty() {
        training.tell(String::new());
        page.load_model(models);
    } else if findings.has_folders() {
        View::Train.show();
        training.choose(findings);
    } else {
        training.complain(
            "To train, drop a folder that holds a folder of photos for each class. Single photos are classified in the \
             other view, Classify.",
        );
    }
}
