//! What a run brought: which class is taken for which, how well each is recognised, and the worst mistakes.

mod confusion;
mod mistakes;
mod per_class;
mod photo;

use std::{mem, sync::Arc};

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    parts::go_to,
    state,
    words::{number, percent},
};
use crate::{
    language::Told,
    run::Evaluation,
    web::{
        page::{bridge::Source, state::Page, thumbnails::Thumbnails, view::View},
        protocol::training::{Bits, ModelChoice},
    },
};

/// Labelled photos with a model's answers, as the tables show them.
pub struct Answered {
    /// The model's class names.
    pub classes: Vec<String>,
    /// What it made of the photos.
    pub evaluation: Evaluation,
    /// The photos' small pictures.
    pub thumbnails: Thumbnails<String>,
    /// What the `id`s of the tables begin with.
    pub ids: &'static str,
}

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
    let is_listed = {
        let id = id.clone();
        Memo::new(move |_| page.training.models.with(|models| models.iter().any(|model| model.id == id)))
    };
    let was_listed = StoredValue::new(is_listed.get_untracked());
    let is_deleted = Memo::new(move |_| {
        let is_listed = is_listed.get();
        was_listed.update_value(|was| *was |= is_listed);
        was_listed.get_value() && !is_listed
    });
    let deletion = move || {
        is_deleted.get().then(|| {
            let text = if in_use.get() { t!("result.deleted_in_use") } else { t!("result.deleted") };
            view! { <p class="trouble">{text}</p> }
        })
    };
    // The button that was used cannot be used again.
    let is_asked = StoredValue::new(false);
    Effect::new(move || {
        if in_use.get() && is_asked.try_update_value(mem::take).unwrap_or_default() {
            go_to("classify-with-result");
        }
    });
    let (download_id, reported) = (id.clone(), model.clone());
    let sentence = t!(
        "result.verdict",
        epoch = result.best.epoch.epoch,
        accuracy = percent(result.best.epoch.validation_accuracy),
        count = number(result.best.evaluation.answers.len())
    );
    let not_kept = result.best.not_kept.clone().map(Told::from);
    let answered = Arc::new(Answered {
        classes: result.classes.clone(),
        evaluation: result.best.evaluation.clone(),
        thumbnails: page.training.thumbnails,
        ids: "",
    });
    view! {
        <section class="result" id="result" aria-labelledby="result-title">
            <h3 id="result-title">{t!("result.title")}</h3>
            <p class="verdict">{sentence}</p>
            {not_kept.map(|reason| {
                view! { <p class="trouble">{t!("result.not_kept", reason = reason)}</p> }
            })}
            {deletion}
            <div class="buttons">
                <button
                    type="button"
                    id="use-model"
                    class="primary"
                    hidden=is_deleted
                    disabled=move || in_use.get()
                    on:click=move |_| {
                        is_asked.set_value(true);
                        page.use_model(Source::Kept(id.clone()));
                    }
                >
                    {move || if in_use.get() { t!("result.in_use") } else { t!("result.use") }}
                </button>
                <button
                    type="button"
                    id="download-result"
                    hidden=is_deleted
                    on:click=move |_| page.training.download_model(ModelChoice::Kept(download_id.clone()), Bits::ThirtyTwo)
                >
                    {t!("result.download")}
                </button>
                <button type="button" id="report-result" on:click=move |_| page.training.save_report(&reported)>
                    {t!("result.save_report")}
                </button>
                <Show when=move || in_use.get()>
                    <button type="button" id="classify-with-result" on:click=move |_| View::Classify.show()>
                        {t!("result.classify_with_it")}
                    </button>
                </Show>
            </div>
            <Tables answered/>
        </section>
    }
}

/// Which class is taken for which, with the photos; how well each is recognised; and the worst mistakes.
#[component]
pub fn Tables(answered: Arc<Answered>) -> impl IntoView {
    let cells = Arc::new(confusion::cells(&answered));
    let chosen = RwSignal::new(None);
    let chosen_answered = answered.clone();
    view! {
        <div class="tables">
            <confusion::Confusion answered=answered.clone() cells=cells.clone() chosen/>
            <per_class::PerClass answered=answered.clone()/>
        </div>
        {move || {
            let (answered, cells) = (chosen_answered.clone(), cells.clone());
            chosen.get().map(|cell| view! { <confusion::Cell answered cells cell/> })
        }}
        <mistakes::Mistakes answered/>
    }
}
