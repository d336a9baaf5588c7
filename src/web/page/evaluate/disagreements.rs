//! The photos for which two models name different classes, the most interesting first.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;

use super::state::Outcome;
use crate::{
    dataset_report::file_name,
    evaluation::Answers,
    web::page::{
        state::Page,
        train::{
            parts::Answers,
            words::{percent, photos},
        },
    },
};

/// The photos; nothing where there is nothing to compare.
#[component]
pub fn Disagreements(outcome: Arc<Outcome>) -> impl IntoView {
    let Some(comparison) = outcome.comparison() else { return ().into_any() };
    let total = comparison.disagreements.len();
    let order = if outcome.scope.labelled { t!("evaluate.order_labelled") } else { t!("evaluate.order") };
    view! {
        <div class="mistakes">
            <h3>{match total {
                    0 => t!("evaluate.never_disagree"),
                    _ => t!("evaluate.disagree", photos = photos(total)),
                }}</h3>
            {(total > 0).then(|| view! { <p class="how">{order}</p> })}
            <Answers
                id="disagreements"
                photos=comparison.disagreements
                item=move |index| photo(&outcome, index).into_any()
            />
        </div>
    }
    .into_any()
}

fn photo(outcome: &Outcome, index: usize) -> impl IntoView + use<> {
    let page = expect_context::<Page>();
    let path = outcome.paths[index].clone();
    let answer = |(name, answers): (String, &Answers)| {
        let (class, probability) = answers.top(index)?;
        let (class, is_right) = (class.to_owned(), answers.is_right(index, &path));
        Some(view! {
            <p class="by" class:right=is_right == Some(true) class:wrong=is_right == Some(false)>
                <small>{name}</small>
                <strong>{class} " " <span>{percent(f64::from(probability))}</span></strong>
            </p>
        })
    };
    let answers: Vec<_> =
        outcome.models.iter().map(|(candidate, answers)| answer((candidate.name.clone(), answers))).collect();
    let truth = outcome.models.iter().find_map(|(_, answers)| answers.truth(&path)).map(|class| {
        view! { <span class="truth">{t!("result.truth", class = class)}</span> }
    });
    view! {
        <li class="answered" data-disagreement=path.clone()>
            <img alt="" loading="lazy" decoding="async" prop:src=page.evaluation.thumbnails.src(&path)/>
            <span class="caption" title=path.clone()>{file_name(&path).to_owned()}</span>
            {answers}
            {truth}
        </li>
    }
}
