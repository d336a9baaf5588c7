//! The photos that were taken for something else, the worst first.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;

use super::{Answered, photo::photo};
use crate::{metrics::argmax, run::Answer, web::page::train::words::photos};

/// Mistakes shown at first, and how many more each time.
const SHOWN: usize = 12;

/// The mistakes.
#[component]
pub fn Mistakes(answered: Arc<Answered>) -> impl IntoView {
    let mistakes = worst_first(&answered.evaluation.answers);
    let list_id = format!("{}mistakes", answered.ids);
    let total = mistakes.len();
    let shown = RwSignal::new(SHOWN);
    let indices = move || mistakes.iter().take(shown.get()).copied().collect::<Vec<_>>();
    let title = match total {
        0 => t!("result.no_mistakes"),
        total => t!("result.mistakes", photos = photos(total)),
    };
    view! {
        <div class="mistakes">
            <h4>{title}</h4>
            <ul class="answers" id=list_id>
                <For
                    each=indices
                    key=|index| *index
                    children=move |index| photo(&answered, index)
                />
            </ul>
            <Show when=move || shown.get() < total>
                <button type="button" class="quiet" on:click=move |_| shown.update(|shown| *shown += 2 * SHOWN)>
                    {t!("parts.show_more")}
                </button>
            </Show>
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
