//! What a run brought: which class is taken for which, how well each is recognised, and the worst mistakes.

mod confusion;
mod mistakes;
mod per_class;
mod photo;

use std::sync::Arc;

use leptos::prelude::*;

use super::{
    state,
    words::{number, percent},
};
use crate::web::{
    page::{bridge::Source, state::Page, view::View},
    protocol::training::ModelChoice,
};

/// The result of the last run; nothing before there is one.
#[component]
pub fn ResultSection() -> impl IntoView {
    let page = expect_context::<Page>();
    move || page.training.result.get().map(|result| view! { <Shown result/> })
}

#[component]
fn Shown(result: Arc<state::RunResult>) -> impl IntoView {
    let page = expect_context::<Page>();
    let model = &result.best.model;
    let id = model.id.clone();
    let in_use = {
        let choice = ModelChoice::Kept(id.clone());
        Memo::new(move |_| page.model_in_use.with(|in_use| in_use.as_ref() == Some(&choice)))
    };
    let (download_id, reported) = (id.clone(), model.clone());
    let sentence = format!(
        "Epoch {} is the best: {} of {} validation photos recognised.",
        model.epoch.epoch,
        percent(model.epoch.validation_accuracy),
        number(result.best.evaluation.answers.len())
    );
    let not_kept = result.best.not_kept.clone();
    let cells = Arc::new(confusion::cells(&result));
    let chosen = RwSignal::new(None);
    let chosen_result = result.clone();
    view! {
        <section class="result" id="result" aria-labelledby="result-title">
            <h3 id="result-title">"The result"</h3>
            <p class="verdict">{sentence}</p>
            {not_kept.map(|reason| {
                view! { <p class="trouble">"This model is gone when the page is closed; download it. " {reason}</p> }
            })}
            <div class="buttons">
                <button
                    type="button"
                    id="use-model"
                    class="primary"
                    disabled=move || in_use.get()
                    on:click=move |_| page.use_model(Source::Kept(id.clone()))
                >
                    {move || if in_use.get() { "In use" } else { "Use this model" }}
                </button>
                <button
                    type="button"
                    id="download-result"
                    on:click=move |_| page.training.download_model(download_id.clone())
                >
                    "Download"
                </button>
                <button type="button" id="report-result" on:click=move |_| page.training.save_report(&reported)>
                    "Save the report"
                </button>
                <Show when=move || in_use.get()>
                    <button type="button" on:click=move |_| View::Classify.show()>"Classify photos with it"</button>
                </Show>
            </div>
            <div class="tables">
                <confusion::Confusion result=result.clone() cells=cells.clone() chosen/>
                <per_class::PerClass result=result.clone()/>
            </div>
            {move || {
                let (result, cells) = (chosen_result.clone(), cells.clone());
                chosen.get().map(|cell| view! { <confusion::Cell result cells cell/> })
            }}
            <mistakes::Mistakes result=result.clone()/>
        </section>
    }
}
