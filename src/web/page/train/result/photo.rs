//! A validation photo with what it is and what it was taken for.

use leptos::prelude::*;

use crate::{
    dataset_report::file_name,
    metrics::argmax,
    run::Answer,
    web::page::{state::Page, train::words::percent},
};

/// A validation photo.
pub fn photo(page: Page, classes: &[String], answer: &Answer) -> impl IntoView + use<> {
    let predicted = argmax(&answer.probabilities);
    let (truth, taken_for) = (classes[answer.class].clone(), classes[predicted].clone());
    let probability = f64::from(answer.probabilities[predicted]);
    let is_right = predicted == answer.class;
    let rest = (!is_right).then(|| {
        let probability = f64::from(answer.probabilities[answer.class]);
        view! { <span class="truth">"is " {truth.clone()} ", " {percent(probability)}</span> }
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
            <img src=page.training.thumbnails.url(&answer.path) alt="" loading="lazy" decoding="async"/>
            <span class="caption" title=answer.path.clone()>{file_name(&answer.path).to_owned()}</span>
            <strong>{taken_for.clone()} " " <span>{percent(probability)}</span></strong>
            {rest}
        </li>
    }
}
