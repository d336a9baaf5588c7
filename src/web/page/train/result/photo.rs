//! A photo with what it is and what it was taken for.

use leptos::prelude::*;
use rust_i18n::t;

use super::Answered;
use crate::{dataset_report::file_name, metrics::argmax, web::page::train::words::percent};

/// The photo of this answer.
pub fn photo(answered: &Answered, index: usize) -> impl IntoView + use<> {
    let (answer, classes) = (&answered.evaluation.answers[index], &answered.classes);
    let predicted = argmax(&answer.probabilities);
    let (truth, taken_for) = (classes[answer.class].clone(), classes[predicted].clone());
    let probability = f64::from(answer.probabilities[predicted]);
    let is_right = predicted == answer.class;
    let rest = (!is_right).then(|| {
        let probability = f64::from(answer.probabilities[answer.class]);
        let text = t!("result.truth_share", class = truth, share = percent(probability));
        view! { <span class="truth">{text}</span> }
    });
    view! {
        <li
            class="answered"
            class:wrong=!is_right
            data-answer=answer.path.clone()
            data-true=truth.clone()
            data-predicted=taken_for.clone()
            data-probability=format!("{probability:.6}")
        >
            <img alt="" loading="lazy" decoding="async" prop:src=answered.thumbnails.src(&answer.path)/>
            <span class="caption" title=answer.path.clone()>{file_name(&answer.path).to_owned()}</span>
            <strong>{taken_for.clone()} " " <span>{percent(probability)}</span></strong>
            {rest}
        </li>
    }
}
