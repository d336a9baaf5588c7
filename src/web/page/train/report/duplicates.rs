//! Photos that occur more than once: those with several labels first.

use leptos::prelude::*;
use rust_i18n::t;

use super::gallery::{Gallery, Item};
use crate::{
    dataset_report::{PhotoSet, duplicates::Duplicates},
    language::Text,
    web::page::{
        state::Page,
        train::{
            parts::ShowAll,
            words::{NAMES, listed, number},
        },
    },
};

/// Groups shown at first.
const SHOWN: usize = 10;

/// Equal files and photos that look alike, each kind where there are some.
#[component]
pub fn DuplicatesList() -> impl IntoView {
    view! {
        <Kind
            exact=true
            id="leave-out-duplicates"
            title=|count| match count {
                1 => t!("report.one_duplicate"),
                count => t!("report.duplicates", count = number(count)),
            }
            explanation=t!("report.duplicates_about")
        />
        <Kind
            exact=false
            id="leave-out-look-alikes"
            title=|count| match count {
                1 => t!("report.one_look_alike"),
                count => t!("report.look_alikes", count = number(count)),
            }
            explanation=t!("report.look_alikes_about")
        />
    }
}

#[component]
fn Kind(exact: bool, id: &'static str, title: fn(usize) -> Text, explanation: Text) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let all = RwSignal::new(false);
    let groups =
        move || training.duplicates.get().iter().filter(|group| group.exact == exact).cloned().collect::<Vec<_>>();
    // Those with several labels first. The order stays while the visitor works through them.
    let arranged = Memo::new(move |_| {
        let mut groups = groups();
        training.set.with_untracked(|set| groups.sort_by_key(|group| !group.is_contradictory(set)));
        groups
    });
    let count = move || arranged.with(Vec::len);
    let open = move || training.set.with(|set| arranged.with(|groups| groups.iter().any(|group| group.is_open(set))));
    let thin = move |_| {
        let groups = arranged.get_untracked();
        training.set.update(|set| groups.iter().for_each(|group| group.thin(set)));
    };
    let shown = move || {
        arranged.with(|groups| {
            groups.iter().take(if all.get() { groups.len() } else { SHOWN }).cloned().collect::<Vec<_>>()
        })
    };
    view! {
        <Show when=move || count() != 0>
            <details class="more duplicates">
                <summary>{move || title(count())}</summary>
                <p>{explanation.clone()}</p>
                <button type="button" id=id disabled=move || !open() || training.is_locked() on:click=thin>
                    {t!("report.thin")}
                </button>
                <ul>
                    <For each=shown key=|group| group.photos.clone() let:group>
                        <Group group/>
                    </For>
                </ul>
                <ShowAll all at_first=SHOWN count/>
            </details>
        </Show>
    }
}

#[component]
fn Group(group: Duplicates) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let kind = if group.exact { "exact" } else { "alike" };
    let group = StoredValue::new(group);
    let labels = Memo::new(move |_| {
        training
            .set
            .with(|set| group.with_value(|group| group.labels(set).into_iter().map(str::to_owned).collect::<Vec<_>>()))
    });
    let items = Memo::new(move |_| training.set.with(|set| group.with_value(|group| items(set, group))));
    let contradiction = move || {
        labels.with(|labels| (labels.len() > 1).then(|| t!("report.several_labels", labels = listed(labels, NAMES))))
    };
    view! {
        <li
            data-duplicates=kind
            data-labels=move || labels.with(Vec::len).to_string()
            class:contradictory=move || labels.with(|labels| labels.len() > 1)
        >
            <p class="contradiction">{contradiction}</p>
            <Gallery items/>
        </li>
    }
}

/// The photos of a group, each under its path: that is where the copies differ.
fn items(set: &PhotoSet, group: &Duplicates) -> Vec<Item> {
    let item = |&place: &usize| {
        let photo = &set.photos()[place];
        Item { caption: photo.path.clone(), ..Item::of((place, photo)) }
    };
    group.photos.iter().map(item).collect()
}
