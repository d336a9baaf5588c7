//! How good models are: one or two are held against the same photos, whose folders say what is on them.
//!
//! [`state::Evaluation`] is what the page knows of it and how it asks the engine; [`choose`] is where photos and models
//! are chosen; the other modules show what came of it.

pub mod choose;
pub mod state;

mod disagreements;
mod verdict;

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use rust_i18n::t;

use self::state::{Candidate, Evaluation, Outcome, Phase};
use super::{
    browser,
    state::Page,
    train::{
        parts::rescue_focus,
        result::{Answered, Tables},
        words::{number, photos},
    },
};
use crate::{
    language::{Text, Told},
    web::protocol::training::ModelChoice,
    words::answers,
};

/// Folders that are named where they were left out.
const FOLDERS_NAMED: usize = 8;

/// All models that can be evaluated.
fn candidates(page: Page) -> Vec<Candidate> {
    let shipped = page.shipped_model.get().map(|model| Candidate {
        choice: ModelChoice::Shipped,
        name: model.name,
        classes: model.classes,
    });
    let kept = page.training.models.get().into_iter().map(|model| Candidate {
        choice: ModelChoice::Kept(model.id),
        name: model.name,
        classes: model.classes,
    });
    shipped.into_iter().chain(kept).collect()
}

/// The model to evaluate, of all of these, and the one to compare it with. In the place of one that is gone, or that nobody
/// has chosen, is the model in use, and in the place of that the page's own.
fn pair(page: Page, all: &[Candidate]) -> [Option<Candidate>; 2] {
    let find = |choice: Option<ModelChoice>| all.iter().find(|candidate| Some(&candidate.choice) == choice.as_ref());
    let Evaluation { first, second, .. } = page.evaluation;
    let first = find(first.get()).or_else(|| find(page.model_in_use.get())).or(all.first());
    let second = find(second.get()).filter(|second| first != Some(second));
    [first, second].map(|candidate| candidate.cloned())
}

/// Evaluates whatever is chosen, from the page's start on.
pub fn follow(page: Page) {
    let evaluation = page.evaluation;
    Effect::new(move || {
        let phase = evaluation.phase.with(|phase| match phase {
            Phase::Idle => "idle",
            Phase::Working => "working",
            Phase::Done => "done",
            Phase::Stopped => "stopped",
            Phase::Failed(_) => "failed",
        });
        browser::set_body_data("evaluation", Some(phase));
    });
    let chosen = Memo::new(move |_| pair(page, &candidates(page)).into_iter().flatten().collect::<Vec<_>>());
    Effect::new(move || {
        evaluation.paths.track();
        evaluation.run(chosen.get());
    });
}

/// Everything below the place where the photos are chosen.
#[component]
pub fn Evaluate() -> impl IntoView {
    let evaluation = expect_context::<Page>().evaluation;
    let failure = move || match evaluation.phase.get() {
        Phase::Failed(message) => Some(view! { <p class="trouble" role="alert">{message.to_string()}</p> }),
        _ => None,
    };
    view! {
        <div class="evaluate">
            <Progress/>
            {failure}
            {move || evaluation.outcome.get().map(|outcome| view! { <Result outcome/> })}
        </div>
    }
}

/// How far it is.
#[component]
fn Progress() -> impl IntoView {
    let page = expect_context::<Page>();
    let evaluation = page.evaluation;
    let working = Memo::new(move |_| evaluation.phase.get() == Phase::Working);
    let text = move || match evaluation.progress.get() {
        (_, 0) => t!("evaluate.waiting"),
        (done, total) => t!("evaluate.progress", done = number(done), answers = answers(total)),
    };
    let status = move || match evaluation.phase.get() {
        Phase::Done => t!("evaluate.done"),
        Phase::Stopped => {
            let (done, total) = evaluation.progress.get();
            t!("evaluate.stopped_after", done = number(done), answers = answers(total))
        }
        _ => Text::default(),
    };
    view! {
        <Show when=move || working.get()>
            <div class="evaluating">
                <progress
                    id="evaluation-progress"
                    aria-label=t!("evaluate.answered")
                    max=move || evaluation.progress.get().1.max(1).to_string()
                    value=move || evaluation.progress.get().0.to_string()
                ></progress>
                <p>{text}</p>
                <button
                    type="button"
                    id="stop-evaluation"
                    on:click=move |_| {
                        evaluation.stop();
                        rescue_focus("#evaluation-title");
                    }
                >
                    {t!("evaluate.stop")}
                </button>
            </div>
        </Show>
        <p role="status" class="evaluated" class:hidden-words=move || evaluation.phase.get() == Phase::Done>{status}</p>
    }
}

#[component]
fn Result(outcome: Arc<Outcome>) -> impl IntoView {
    let page = expect_context::<Page>();
    // The tables are those of one model, of those that know a folder.
    let answered: Vec<_> = outcome
        .models
        .iter()
        .map(|(candidate, answers)| {
            let answered = Answered {
                classes: candidate.classes.clone(),
                evaluation: answers.evaluation(&outcome.paths),
                thumbnails: page.evaluation.thumbnails,
                ids: "evaluation-",
            };
            (candidate.name.clone(), Arc::new(answered))
        })
        .filter(|(_, answered)| !answered.evaluation.answers.is_empty())
        .collect();
    let shown = RwSignal::new(0);
    let tab = move |(index, (name, _)): (usize, &(String, Arc<Answered>))| {
        view! {
            <button type="button" aria-pressed=move || (shown.get() == index).to_string() on:click=move |_| shown.set(index)>
                {name.clone()}
            </button>
        }
    };
    let tabs = (outcome.models.len() > 1 && !answered.is_empty()).then(|| {
        view! {
            <div class="buttons tabs" role="group" aria-label=t!("evaluate.of_which_model")>
                {answered.iter().enumerate().map(tab).collect::<Vec<_>>()}
            </div>
        }
    });
    let in_detail = (!answered.is_empty()).then(|| view! { <h3>{t!("evaluate.in_detail")}</h3> });
    let tables = move || answered.get(shown.get()).map(|(_, answered)| view! { <Tables answered=answered.clone()/> });
    view! {
        <section class="result" aria-labelledby="evaluation-title">
            <h2 id="evaluation-title" tabindex="-1">
                {if outcome.models.len() > 1 { t!("evaluate.side_by_side") } else { t!("evaluate.result") }}
            </h2>
            <verdict::Verdict outcome=outcome.clone()/>
            <LeftOut folders=outcome.scope.left_out.clone()/>
            <Unreadable paths=outcome.paths.clone()/>
            <disagreements::Disagreements outcome=outcome.clone()/>
            {in_detail}
            {tabs}
            {tables}
        </section>
    }
}

/// The folders that are no classes.
#[component]
fn LeftOut(folders: BTreeMap<String, usize>) -> impl IntoView {
    let count: usize = folders.values().sum();
    let named = |(folder, count): (String, usize)| {
        let folder = if folder.is_empty() { t!("evaluate.no_folder") } else { folder.into() };
        t!("evaluate.folder_count", folder = folder, count = number(count))
    };
    let more = folders.len().saturating_sub(FOLDERS_NAMED);
    let mut names: Vec<_> = folders.into_iter().take(FOLDERS_NAMED).map(named).collect();
    if more > 0 {
        names.push(t!("list.more", more = number(more)));
    }
    (count > 0).then(|| {
        view! {
            <p class="left-out" data-left-out=count>
                {t!("evaluate.left_out", photos = photos(count), folders = names.join(&t!("list.separator")))}
            </p>
        }
    })
}

/// The photos that cannot be read.
#[component]
fn Unreadable(paths: Arc<Vec<String>>) -> impl IntoView {
    let page = expect_context::<Page>();
    move || {
        let unreadable = page.evaluation.unreadable.get();
        let item = |(photo, message): (usize, Told)| {
            view! {
                <li data-unreadable=paths[photo].clone()>
                    <b>{paths[photo].clone()}</b>
                    <span>{message.to_string()}</span>
                </li>
            }
        };
        let count = unreadable.len();
        (count > 0).then(|| {
            view! {
                <details class="more unreadable">
                    <summary>{t!("evaluate.unreadable", photos = photos(count))}</summary>
                    <ul>{unreadable.into_iter().map(item).collect::<Vec<_>>()}</ul>
                </details>
            }
        })
    }
}
