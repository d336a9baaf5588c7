//! Where the photos to train on come in.

use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};

use super::{state::Phase, words::photos};
use crate::web::page::{
    intake::{Count, Findings, Folder},
    state::Page,
    view::View,
};

/// The `id` of the file input that gives folders in every browser.
const INPUT: &str = "dataset";

/// What is told while the files of a folder are listed.
pub const GOING_THROUGH: &str = "Going through the folder\u{2026}";

/// What stands in the drop zone during a run.
const LOCKED: &str = "A run is under way: its photos are chosen";

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
        let findings = Findings::picked_folder(input.files(), count(page));
        // So that the same folder can be picked again.
        input.set_value("");
        spawn_local(take_in(page, findings));
    };
    // Where there is a picker whose folders can be kept, it comes in the place of the input's own; not for a click by
    // the page itself, which means the input.
    let picker_works = StoredValue::new(Folder::has_picker());
    let prefer_picker = move |event: ev::MouseEvent| {
        if event.is_trusted() && picker_works.get_value() {
            event.prevent_default();
            spawn_local(async move {
                match Folder::pick().await {
                    Ok(Some(folder)) => take_in(page, Findings::in_folder(folder, count(page))).await,
                    Ok(None) => {}
                    Err(_) => {
                        picker_works.set_value(false);
                        // An input that is being clicked takes no other click before that one is over.
                        TimeoutFuture::new(0).await;
                        open_input();
                    }
                }
            });
        }
    };
    let label = move || if phase.get() == Phase::Idle { "Choose a folder" } else { "Choose another folder" };
    view! {
        <section
            class="intake"
            class:dragging=dragging
            class:locked=move || page.training.is_locked()
            class:compact=move || phase.get() != Phase::Idle
            aria-label="Choose photos to train on"
        >
            <label class="drop teach" for=INPUT>
                <span class="words">
                    <strong class="for-mouse">
                        {move || match dragging.get() {
                            _ if page.training.is_locked() => LOCKED,
                            true => "Let go",
                            false => "Drop a folder of photos here",
                        }}
                    </strong>
                    <strong class="for-touch">
                        {move || if page.training.is_locked() { LOCKED } else { "Tap to choose a folder of photos" }}
                    </strong>
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
                        id=INPUT
                        type="file"
                        prop:webkitdirectory=true
                        multiple
                        aria-label=label
                        disabled=move || page.training.is_locked()
                        on:click=prefer_picker
                        on:change=pick
                    />
                    <label for=INPUT>
                        {label}
                    </label>
                </span>
            </div>
        </section>
    }
}

/// Asks for a folder through the input, as the click that is being handled allows.
pub fn open_input() {
    if let Some(input) = document().get_element_by_id(INPUT) {
        input.unchecked_into::<HtmlElement>().click();
    }
}

/// Tells how many photos were found in a folder so far, while its files are listed.
pub fn count(page: Page) -> Count {
    let training = page.training;
    Count::new(move |count| {
        if !untrack(|| training.is_locked()) {
            training.tell(format!("{} found so far\u{2026}", photos(count)));
        }
    })
}

/// Gives training what was picked or dropped: a folder becomes the photos to train on.
pub async fn take_in(page: Page, findings: impl Future<Output = Findings>) {
    let training = page.training;
    let is_locked = untrack(|| training.is_locked());
    if !is_locked {
        training.tell(GOING_THROUGH);
    }
    let mut findings = findings.await;
    let models = findings.take_models();
    if !models.is_empty() {
        if !is_locked {
            training.tell(String::new());
        }
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
