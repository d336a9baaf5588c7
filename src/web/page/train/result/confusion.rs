//! Which class was taken for which: a table whose cells open the photos in them.

use std::sync::Arc;

use leptos::prelude::*;
use rust_i18n::t;

use super::{Answered, photo::photo};
use crate::{
    metrics::argmax,
    web::page::train::{parts::growing, words::photos},
};

/// Cells built at a time: a hundred classes make ten thousand of them.
const CELLS: usize = 400;
/// Photos of a cell shown at first.
const SHOWN: usize = 24;

/// Which photos lie in which cell: `cells[true class][predicted class]`, as indices into the answers.
pub type Cells = Vec<Vec<Vec<usize>>>;

/// The true and the predicted class that a cell stands for.
pub type Place = (usize, usize);

/// Sorts the photos into the cells.
pub fn cells(answered: &Answered) -> Cells {
    let classes = answered.classes.len();
    let mut cells = vec![vec![Vec::new(); classes]; classes];
    for (index, answer) in answered.evaluation.answers.iter().enumerate() {
        cells[answer.class][argmax(&answer.probabilities)].push(index);
    }
    cells
}

/// The table; `chosen` is the cell whose photos are shown.
#[component]
pub fn Confusion(answered: Arc<Answered>, cells: Arc<Cells>, chosen: RwSignal<Option<Place>>) -> impl IntoView {
    let classes = answered.classes.clone();
    // Of a thousand classes most are neither on the photos nor in the answers.
    let occurring: Arc<Vec<usize>> = Arc::new(
        (0..classes.len())
            .filter(|&class| {
                cells.iter().any(|row| !row[class].is_empty()) || cells[class].iter().any(|cell| !cell.is_empty())
            })
            .collect(),
    );
    let [table_id, title_id] = ["confusion", "confusion-title"].map(|id| format!("{}{id}", answered.ids));
    let count = occurring.len();
    let rows = growing((CELLS / count.max(1)).max(1), move || count);
    let heads: Vec<_> =
        occurring.iter().map(|&class| view! { <th scope="col"><span>{classes[class].clone()}</span></th> }).collect();
    let row = {
        let (cells, occurring) = (Arc::clone(&cells), Arc::clone(&occurring));
        move |truth: usize| row(truth, &cells[truth], &occurring, &classes, chosen)
    };
    view! {
        <div class="confusion">
            <h4 id=title_id.clone()>{t!("result.confusion")}</h4>
            <p class="how">{t!("result.confusion_about")}</p>
            <div class="scrolls" role="region" aria-labelledby=title_id tabindex="0">
                <table id=table_id class="heat">
                    <thead>
                        <tr>
                            <td></td>
                            {heads}
                        </tr>
                    </thead>
                    <tbody>
                        <For
                            each=move || occurring[..rows.get().min(count)].to_vec()
                            key=|truth| *truth
                            children=row
                        />
                    </tbody>
                </table>
            </div>
        </div>
    }
}

fn row(
    truth: usize,
    cells: &[Vec<usize>],
    occurring: &[usize],
    classes: &[String],
    chosen: RwSignal<Option<Place>>,
) -> AnyView {
    let total: usize = cells.iter().map(Vec::len).sum();
    let cell = |&predicted: &usize| {
        let count = cells[predicted].len();
        if count == 0 {
            return view! { <td class="none" class:right=predicted == truth>"0"</td> }.into_any();
        }
        let share = count as f64 / total.max(1) as f64;
        let label = if predicted == truth {
            t!("result.cell_right", photos = photos(count), class = classes[truth])
        } else {
            t!("result.cell_wrong", photos = photos(count), class = classes[truth], other = classes[predicted])
        };
        let is_chosen = move || chosen.get() == Some((truth, predicted));
        view! {
            <td class:right=predicted == truth style=format!("--share:{share:.3}")>
                <button
                    type="button"
                    aria-label=label
                    aria-pressed=move || is_chosen().to_string()
                    data-true=classes[truth].clone()
                    data-predicted=classes[predicted].clone()
                    on:click=move |_| {
                        let place = (truth, predicted);
                        chosen.set((chosen.get_untracked() != Some(place)).then_some(place));
                    }
                >
                    {count}
                </button>
            </td>
        }
        .into_any()
    };
    let cells: Vec<_> = occurring.iter().map(cell).collect();
    view! {
        <tr>
            <th scope="row"><span>{classes[truth].clone()}</span></th>
            {cells}
        </tr>
    }
    .into_any()
}

/// The photos of a cell.
#[component]
pub fn Cell(answered: Arc<Answered>, cells: Arc<Cells>, cell: Place) -> impl IntoView {
    let (truth, predicted) = cell;
    let classes = &answered.classes;
    let title = if truth == predicted {
        t!("result.right", class = classes[truth])
    } else {
        t!("result.wrong", class = classes[truth], other = classes[predicted])
    };
    let cell_id = format!("{}cell", answered.ids);
    let total = cells[truth][predicted].len();
    let all = RwSignal::new(false);
    let indices = move || {
        let indices = &cells[truth][predicted];
        indices.iter().take(if all.get() { indices.len() } else { SHOWN }).copied().collect::<Vec<_>>()
    };
    view! {
        <section class="cell" id=cell_id aria-live="polite" aria-label=title.clone()>
            <h5>{title.clone()}</h5>
            <ul class="answers">
                <For
                    each=indices
                    key=|index| *index
                    children=move |index| photo(&answered, index)
                />
            </ul>
            <Show when=move || !all.get() && (total > SHOWN)>
                <button type="button" class="quiet" on:click=move |_| all.set(true)>
                    {t!("parts.show_all", count = total)}
                </button>
            </Show>
        </section>
    }
}
