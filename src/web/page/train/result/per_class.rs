//! How well each class is recognised.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;

use super::Answered;
use crate::web::page::train::words::percent;

/// Recall and precision of each class.
#[component]
pub fn PerClass(answered: Arc<Answered>) -> impl IntoView {
    let confusion = &answered.evaluation.confusion;
    let figure = |share: Option<f64>| share.map_or_else(|| "\u{2013}".to_owned(), percent);
    let bar = |share: Option<f64>| format!("--share:{:.3}", share.unwrap_or_default());
    let row = |(index, class): (usize, &String)| {
        let (recall, precision) = (confusion.recall(index), confusion.precision(index));
        view! {
            <tr>
                <th scope="row"><span class="class-name">{class.clone()}</span></th>
                <td>{figure(recall)}<div class="bar" style=bar(recall)></div></td>
                <td>{figure(precision)}<div class="bar" style=bar(precision)></div></td>
            </tr>
        }
    };
    let rows: Vec<_> = answered.classes.iter().enumerate().map(row).collect();
    view! {
        <div class="per-class">
            <h4>{t!("result.per_class")}</h4>
            <div class="scrolls" role="region" aria-label=t!("result.figures") tabindex="0">
                <table class="figures" id=format!("{}per-class", answered.ids)>
                    <thead>
                        <tr>
                            <th scope="col">{t!("result.class")}</th>
                            <th scope="col">{t!("result.recall")} " " <small>{t!("result.recall_about")}</small></th>
                            <th scope="col">{t!("result.precision")} " " <small>{t!("result.precision_about")}</small></th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </div>
    }
}
