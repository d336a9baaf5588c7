//! The photos that were taken for something else, the worst first.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;

use super::{Answered, photo::photo};
use crate::{
    metrics::argmax,
    run::Answer,
    web::page::train::{parts::Answers, words::photos},
};

/// The mistakes.
#[component]
pub fn Mistakes(answered: Arc<Answered>) -> impl IntoView {
    let mistakes = worst_first(&answered.evaluation.answers);
    let list_id = format!("{}mistakes", answered.ids);
    let total = mistakes.len();
    let title = match total {
        0 => t!("result.no_mistakes"),
        total => t!("result.mistakes", photos = photos(total)),
    };
    view! {
        <div class="mistakes">
            <h4>{title}</h4>
            <Answers id=list_id photos=mistakes item=move |index| photo(&answered, index).into_any()/>
        </div>
    }
}

/// The mistaken answers as indices; the less the true class was thought possible, the worse.
fn worst_first(answers: &[Answer]) -> Vec<usize> {
    let of_truth = |&index: &usize| answers[index].probabilities[answers[index].class];
    let mut mistakes: Vec<_> =
        (0..answers.len()).filter(|&index| argmax(&answers[index].probabilities) != answers[index].class).collect();
    mistakes.sort_by(|a, b| of_truth(a).total_cmp(&of_truth(b)));
    mistakes
}
