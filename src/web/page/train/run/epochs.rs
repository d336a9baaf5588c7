//! The epochs that are done, in figures.

use leptos::prelude::*;
use rust_i18n::t;

use crate::web::page::{
    state::Page,
    train::{
        state::{Epoch, Run},
        words::{duration, loss, percent},
    },
};

/// A row for each epoch; the best one is marked.
#[component]
pub fn Epochs() -> impl IntoView {
    let page = expect_context::<Page>();
    let run = page.training.run;
    let best = Memo::new(move |_| run.with(|run| run.as_ref().and_then(Run::best)));
    let epochs = move || run.with(|run| run.as_ref().map(|run| run.epochs.clone()).unwrap_or_default());
    let row = move |Epoch { record, effort }: Epoch| {
        let is_best = move || best.get() == Some(record.epoch);
        view! {
            <tr
                data-epoch=record.epoch.to_string()
                data-train-loss=format!("{:.8}", record.train_loss)
                data-val-loss=format!("{:.8}", record.validation_loss)
                data-val-accuracy=format!("{:.8}", record.validation_accuracy)
                data-best=move || is_best().then_some("true")
            >
                <th scope="row">
                    {record.epoch} " " {move || is_best().then(|| view! { <span class="tag">{t!("run.best")}</span> })}
                </th>
                <td>{loss(record.train_loss, 4)}</td>
                <td>{loss(record.validation_loss, 4)}</td>
                <td>{percent(record.validation_accuracy)}</td>
                <td>{effort.map(|effort| duration(effort.seconds))}</td>
                <td>{effort.map(|effort| percent(effort.waited))}</td>
            </tr>
        }
    };
    view! {
        <Show when=move || best.with(Option::is_some)>
            <div class="scrolls" role="region" aria-label=t!("run.epochs") tabindex="0">
                <table class="figures epochs">
                    <thead>
                        <tr>
                            <th scope="col">{t!("run.epoch")}</th>
                            <th scope="col">{t!("run.training_loss")}</th>
                            <th scope="col">{t!("run.validation_loss")}</th>
                            <th scope="col">{t!("run.accuracy")}</th>
                            <th scope="col">{t!("run.time")}</th>
                            <th scope="col">{t!("run.waited")}</th>
                        </tr>
                    </thead>
                    <tbody>
                        // The epochs of two runs have the same numbers.
                        <For each=epochs key=|epoch| (epoch.record.epoch, epoch.record.train_loss.to_bits()) children=row/>
                    </tbody>
                </table>
            </div>
        </Show>
    }
}
