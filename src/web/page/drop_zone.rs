//! Where photos come in: the drop zone, its buttons, and drops and pastes anywhere on the page.

use std::future::ready;

use leptos::{ev, prelude::*};
use rust_i18n::t;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DragEvent, Event, HtmlInputElement};

use super::{
    browser::has_camera,
    camera::Camera,
    evaluate, inside,
    intake::{Count, Findings, take_in},
    state::{Page, Stage},
    train,
    view::View,
};
use crate::{language::Text, words::photos};

/// The element in which photos are chosen; index.html's skeleton has it, too.
pub const INPUT: &str = "photos";

/// Takes in what was chosen in the skeleton's input, and what will be: its dialog may be open.
pub fn take_over(page: Page, input: &HtmlInputElement) {
    pick(page, input);
    let late = Closure::<dyn Fn(Event)>::new(move |event: Event| pick(page, &event_target(&event)));
    input.set_onchange(Some(late.as_ref().unchecked_ref()));
    late.forget();
}

/// Takes in the photos that were chosen.
fn pick(page: Page, input: &HtmlInputElement) {
    let findings = Findings::picked(input.files());
    // So that the same files can be picked again.
    input.set_value("");
    spawn_local(take_in(page, ready(findings)));
}

/// The drop zone and the last notice.
#[component]
pub fn DropZone(dragging: ReadSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let pick = move |event| pick(page, &event_target(&event));
    let pick_folder = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let findings = Findings::picked_folder(input.files(), count(page));
        input.set_value("");
        spawn_local(take_in(page, findings));
    };

    view! {
        <section class="intake" class:dragging=dragging aria-label=t!("classify.add_photos")>
            <label class="drop" for=INPUT>
                <svg class="petals" viewBox="0 0 64 64" aria-hidden="true"><use href="#flower"/></svg>
                <strong class="for-mouse">
                    {move || if dragging.get() { t!("page.let_go") } else { t!("classify.drop") }}
                </strong>
                <strong class="for-touch">{t!("classify.tap")}</strong>
                <span>{move || hint(&page.stage.read())}</span>
            </label>
            <div class="buttons">
                <span class="file-button primary">
                    <input
                        id=INPUT
                        type="file"
                        multiple
                        accept="image/*,.heic,.avif"
                        aria-label=t!("classify.choose")
                        on:change=pick
                    />
                    <label for=INPUT>{t!("classify.choose")}</label>
                </span>
                <span class="file-button">
                    <input id="photos-folder" type="file" prop:webkitdirectory=true multiple on:change=pick_folder/>
                    <label for="photos-folder">{t!("page.choose_folder")}</label>
                </span>
                {has_camera().then(|| view! { <Camera/> })}
            </div>
            <p id="status" role="status" aria-live="polite">{move || page.notice.read()()}</p>
        </section>
    }
}

/// Tells how many photos were found in a folder so far, while its files are listed.
fn count(page: Page) -> Count {
    Count::new(move |count| page.tell(move || t!("page.photos_found", photos = photos(count))))
}

fn hint(stage: &Stage) -> Text {
    match stage {
        Stage::Downloading { .. } | Stage::Preparing => t!("classify.wait_until_ready"),
        Stage::Ready => t!("classify.hundreds"),
        Stage::Failed(_) => t!("classify.wait_until_runs"),
    }
}

/// Takes drops and pastes wherever on the page they happen, to classify or to train on them, whatever the visitor is
/// about. The signal says whether files hover over the page.
pub fn accept_drops_anywhere(page: Page) -> ReadSignal<bool> {
    let (dragging, set_dragging) = signal(false);
    // Enter and leave come for each element on the way; only the balance says whether the page is left.
    let depth = StoredValue::new(0_i32);
    let enter_or_leave = move |change: i32| {
        depth.update_value(|depth| *depth = (*depth + change).max(0));
        set_dragging.set(depth.get_value() > 0);
    };
    let holds_files =
        |event: &DragEvent| event.data_transfer().is_some_and(|transfer| transfer.types().includes(&"Files".into(), 0));
    let _ = window_event_listener(ev::dragenter, move |event| {
        if holds_files(&event) {
            enter_or_leave(1);
        }
    });
    let _ = window_event_listener(ev::dragleave, move |event| {
        if holds_files(&event) {
            enter_or_leave(-1);
        }
    });
    let _ = window_event_listener(ev::dragover, move |event| {
        if holds_files(&event) {
            event.prevent_default();
        }
    });
    let _ = window_event_listener(ev::drop, move |event| {
        depth.set_value(0);
        set_dragging.set(false);
        if let Some(transfer) = event.data_transfer().filter(|_| holds_files(&event)) {
            event.prevent_default();
            let view = page.view.get_untracked();
            match view {
                View::Classify => spawn_local(take_in(page, Findings::dropped(&transfer, false, count(page)))),
                View::Inside => {
                    spawn_local(inside::choose::take_in(page, Findings::dropped(&transfer, false, count(page))))
                }
                View::Train => {
                    let turn = page.training.turns.next();
                    let findings = Findings::dropped(&transfer, true, train::choose::count(page, turn));
                    spawn_local(train::choose::take_in(page, turn, findings));
                }
                View::Evaluate => {
                    let turn = page.evaluation.turns.next();
                    let findings = Findings::dropped(&transfer, false, evaluate::choose::count(page, turn));
                    spawn_local(evaluate::choose::take_in(page, turn, findings));
                }
            }
        }
    });
    let _ = window_event_listener(ev::paste, move |event| {
        let files = event.clipboard_data().and_then(|clipboard| clipboard.files());
        let is_wanted = page.view.get_untracked() == View::Classify;
        if is_wanted && files.as_ref().is_some_and(|files| files.length() > 0) {
            event.prevent_default();
            spawn_local(take_in(page, ready(Findings::picked(files))));
        }
    });
    dragging
}
