//! The figures: how often each model is right, and how often two agree.

use std::{collections::BTreeMap, sync::Arc};

use leptos::prelude::*;
use rust_i18n::t;

use super::state::{Candidate, Outcome};
use crate::{
    evaluation::Answers,
    web::page::train::words::{NAMES, around, listed, number, percent, photos},
};

/// The figures of each model, and of both together.
#[component]
pub fn Verdict(outcome: Arc<Outcome>) -> impl IntoView {
    // Where it was stopped, the second model may not have had its turn.
    let all_answered = outcome.models.iter().all(|(_, answers)| !answers.probabilities.is_empty());
    let agreement = match outcome.comparison().filter(|_| all_answered) {
        Some(comparison) => {
            let share = comparison.agreement();
            Some(
                view! {
                    <p class="agreement" data-agreement=format!("{share:.6}")>
                        {around(
                            &t!("evaluate.agree", photos = photos(comparison.photos)),
                            view! { <b>{percent(share)}</b> },
                        )}
                    </p>
                }
                .into_any(),
            )
        }
        None if all_answered && outcome.models.len() > 1 => Some(
            view! {
                <p>{t!("evaluate.nothing_in_common")}</p>
            }
            .into_any(),
        ),
        None => None,
    };
    let models: Vec<_> =
        outcome.models.iter().map(|(candidate, answers)| figures(&outcome, candidate, answers)).collect();
    view! {
        <ul class="verdicts">{models}</ul>
        {agreement}
    }
}

fn figures(outcome: &Outcome, candidate: &Candidate, answers: &Answers) -> AnyView {
    let name = candidate.name.clone();
    let evaluation = answers.evaluation(&outcome.paths);
    let count = evaluation.answers.len();
    if count == 0 {
        let (why, instead) = match answers.probabilities.is_empty() {
            true => (t!("evaluate.no_answers"), None),
            false => {
                let classes = listed(&candidate.classes, NAMES);
                (t!("evaluate.unknown_folders", classes = classes), Some(tally(answers)))
            }
        };
        return view! {
            <li data-evaluated=name.clone()>
                <b class="named">{name.clone()}</b>
                <p>{why}</p>
                {instead.map(|instead| view! { <p>{instead}</p> })}
            </li>
        }
        .into_any();
    }
    let accuracy = evaluation.confusion.accuracy();
    let right = (accuracy * count as f64).round() as usize;
    view! {
        <li data-evaluated=name.clone() data-accuracy=format!("{accuracy:.6}") data-count=count>
            <b class="named">{name.clone()}</b>
            <p class="share">{percent(accuracy)}</p>
            <p>
                {t!(
                    "evaluate.recognised",
                    right = number(right),
                    photos = photos(count),
                    error = evaluation.calibration_error() : {:.3},
                    unsure = percent(evaluation.unsure())
                )}
            </p>
        </li>
    }
    .into_any()
}

/// "roses 12, tulips 3", the most frequent class first.
fn tally(answers: &Answers) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (class, _) in answers.probabilities.keys().filter_map(|&photo| answers.top(photo)) {
        *counts.entry(class).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    counts
        .iter()
        .map(|(class, count)| format!("{class} {}", number(*count)))
        .collect::<Vec<_>>()
        .join(&t!("list.separator"))
}
