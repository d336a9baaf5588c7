//! Where the photos to train on come in.

use gloo_timers::future::TimeoutFuture;
use leptos::{ev, prelude::*};
use rust_i18n::t;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlElement, HtmlInputElement};

use super::{state::Phase, words::photos};
use crate::language::Text;
use crate::web::page::{
    intake::{Count, Findings, Folder, Turn},
    state::Page,
    view::View,
};

/// The `id` of the file input that gives folders in every browser.
const INPUT: &str = "dataset";

/// The drop zone for a folder, its button, and how the folder has to look.
#[component]
pub fn Choose(dragging: ReadSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let phase = page.training.phase;
    let pick = move |event| {
        let input: HtmlInputElement = event_target(&event);
        let turn = page.training.turns.next();
        let findings = Findings::picked_folder(input.files(), count(page, turn));
        // So that the same folder can be picked again.
        input.set_value("");
        spawn_local(take_in(page, turn, findings));
    };
    // Where there is a picker whose folders can be kept, it comes in the place of the input's own; not for a click by
    // the page itself, which means the input.
    let picker_works = StoredValue::new(Folder::has_picker());
    let prefer_picker = move |event: ev::MouseEvent| {
        if event.is_trusted() && picker_works.get_value() {
            event.prevent_default();
            spawn_local(async move {
                match Folder::pick().await {
                    Ok(Some(folder)) => {
                        let turn = page.training.turns.next();
                        take_in(page, turn, Findings::in_folder(folder, count(page, turn))).await;
                    }
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
    let label = move || if phase.get() == Phase::Idle { t!("page.choose_folder") } else { t!("train.choose_another") };
    view! {
        <section
            class="intake"
            class:dragging=dragging
            class:locked=move || page.training.is_locked()
            class:compact=move || phase.get() != Phase::Idle
            aria-label=t!("train.choose")
        >
            <label class="drop teach" for=INPUT>
                <span class="words">
                    <strong class="for-mouse">
                        {move || match dragging.get() {
                            _ if page.training.is_locked() => t!("train.locked"),
                            true => t!("page.let_go"),
                            false => t!("train.drop"),
                        }}
                    </strong>
                    <strong class="for-touch">
                        {move || if page.training.is_locked() { t!("train.locked") } else { t!("train.tap") }}
                    </strong>
                    <span>{t!("train.how")}</span>
                </span>
                <pre aria-hidden="true">{t!("train.example")}</pre>
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
pub fn count(page: Page, turn: Turn) -> Count {
    let training = page.training;
    Count::new(move |count| {
        if turn.is_latest() && !untrack(|| training.is_locked()) {
            training.tell(move || t!("page.photos_found", photos = photos(count)));
        }
    })
}

/// Gives training what was picked or dropped: a folder becomes the photos to train on, unless something else was chosen by the
/// time that its files are listed.
pub async fn take_in(page: Page, turn: Turn, findings: impl Future<Output = Findings>) {
    let training = page.training;
    let is_locked = untrack(|| training.is_locked());
    if !is_locked {
        training.tell(|| t!("train.going_through"));
    }
    let mut findings = findings.await;
    if !turn.is_latest() {
        return;
    }
    let models = findings.take_models();
    let has_models = !models.is_empty();
    if has_models {
        if !is_locked {
            training.tell(Text::default);
        }
        page.load_model(models);
    }
    if findings.has_folders() {
        View::Train.show();
        training.choose(findings);
    } else if !has_models {
        training.complain(|| t!("train.drop_a_folder"));
    }
}
