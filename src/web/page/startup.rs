//! The three stages until photos can be classified, and what to do when they fail.

use std::time::Duration;

use leptos::{leptos_dom::helpers::TimeoutHandle, prelude::*};
use rust_i18n::t;

use super::state::{Page, Stage};

/// How long nothing may have come of a download that has not stalled.
const PATIENCE: Duration = Duration::from_secs(10);

/// The stages while they last, the failure if there is one, and nothing once all is ready.
#[component]
pub fn Startup() -> impl IntoView {
    let page = expect_context::<Page>();
    let reached = Memo::new(move |_| {
        page.stage.with(|stage| match stage {
            Stage::Downloading { .. } => 0,
            Stage::Preparing => 1,
            Stage::Ready | Stage::Failed(_) => 2,
        })
    });
    let failure = Memo::new(move |_| {
        page.stage.with(|stage| if let Stage::Failed(message) = stage { Some(message.clone()) } else { None })
    });
    let step = move |number: usize| move || (reached.get() == number).then_some("step");

    view! {
        <Show when=move || reached.get() < 2>
            <ol class="stages">
                <li aria-current=step(0) class:done=move || { reached.get() > 0 }>
                    <span>{t!("startup.download")}</span>
                    <Show when=move || reached.get() == 0>
                        <Download/>
                    </Show>
                </li>
                <li aria-current=step(1)>
                    <span>{move || if page.cpu_only.get() { t!("startup.prepare_cpu") } else { t!("startup.prepare_gpu") }}</span>
                    <Show when=move || reached.get() == 1>
                        <progress aria-label=t!("startup.preparing")></progress>
                    </Show>
                </li>
                <li>
                    <span>{t!("startup.ready")}</span>
                </li>
            </ol>
        </Show>
        {move || {
            failure
                .get()
                .map(|message| {
                    view! {
                        <div class="failure" role="alert">
                            <h2>{t!("startup.failed")}</h2>
                            <p>{message.to_string()}</p>
                            <button type="button" id="try-again" class="primary" on:click=move |_| page.try_again()>
                                {t!("startup.try_again")}
                            </button>
                        </div>
                    }
                })
        }}
    }
}

/// The download's progress.
#[component]
fn Download() -> impl IntoView {
    let page = expect_context::<Page>();
    let amount = Memo::new(move |_| match *page.stage.read() {
        Stage::Downloading { received, total } => (received, total),
        _ => (0, None),
    });
    let stalled = RwSignal::new(false);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        amount.track();
        stalled.set(false);
        if let Some(timer) = timer.flatten() {
            timer.clear();
        }
        // The download may be over by then.
        set_timeout_with_handle(move || _ = stalled.try_set(true), PATIENCE).ok()
    });
    let text = move || match amount.get() {
        (0, _) => t!("startup.connecting"),
        (received, Some(total)) => t!("startup.amount_of", received = megabytes(received), total = megabytes(total)),
        (received, None) => t!("startup.amount", received = megabytes(received)),
    };
    view! {
        // Without a value the bar shows that work is done, not how much.
        <progress
            id="download-progress"
            aria-label=t!("startup.downloading")
            max=move || amount.get().1.map(|total| total.to_string())
            value=move || amount.get().1.map(|_| amount.get().0.to_string())
        ></progress>
        <small>{text}</small>
        <Show when=move || stalled.get()>
            <small role="status">{t!("startup.stalled")}</small>
        </Show>
    }
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
