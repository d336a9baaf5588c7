//! A class: how many photos it has, what they look like, and what can be changed about it.

use leptos::prelude::*;
use rust_i18n::t;

use super::gallery::{Gallery, Item};
use crate::{
    dataset::Sample,
    dataset_report::{ClassSummary, Photo, PhotoSet, Seen},
    web::page::{
        state::Page,
        train::{
            parts::{Renamable, quoted, rescue_focus},
            words::{number, photos},
        },
    },
};

/// Thumbnails that show what a class is about.
const SAMPLES: usize = 6;

/// The class of this name.
#[component]
pub fn Class(name: String, classes: Memo<Vec<ClassSummary>>) -> impl IntoView {
    let page = expect_context::<Page>();
    let training = page.training;
    let (open, set_open) = signal(false);
    let name = StoredValue::new(name);
    let summary = Memo::new(move |_| {
        classes.with(|classes| classes.iter().find(|class| name.with_value(|name| class.name == *name)).cloned())
    });
    let used = move || {
        summary.with(|class| class.as_ref().map_or(0, |class| if class.is_left_out { 0 } else { class.photos }))
    };
    let left_out = Memo::new(move |_| summary.with(|class| class.as_ref().is_some_and(|class| class.is_left_out)));
    // The bar's length, among the others.
    let share = move || {
        let largest = classes.with(|classes| classes.iter().map(|class| class.photos).max().unwrap_or(1));
        format!("--share:{:.3}", used() as f64 / largest.max(1) as f64)
    };
    let parts = move || {
        let arranged = training.split()?;
        let class = arranged.classes.iter().position(|class| name.with_value(|name| class == name))?;
        let count = |samples: &[Sample]| samples.iter().filter(|sample| sample.class == class).count();
        let (train, validation) = (count(&arranged.split.train), count(&arranged.split.validation));
        Some(t!("report.split", train = number(train), validation = number(validation)))
    };
    let items = Memo::new(move |_| {
        training.set.with(|set| name.with_value(|name| readable(set, name).map(Item::of).collect::<Vec<_>>()))
    });
    let samples = Memo::new(move |_| {
        let paths = |set: &PhotoSet, name: &String| -> Vec<_> {
            readable(set, name)
                .filter(|(_, photo)| !photo.left_out)
                .map(|(_, photo)| photo.path.clone())
                .take(SAMPLES)
                .collect()
        };
        training.set.with(|set| name.with_value(|name| paths(set, name)))
    });
    let pictures = move || {
        let pictures = samples.get().into_iter().filter_map(|path| training.thumbnails.src(&path));
        pictures.map(|src| view! { <img alt="" loading="lazy" decoding="async" prop:src=src/> }).collect::<Vec<_>>()
    };
    let locked = Signal::derive(move || training.is_locked());
    let rename = move |new_name: String| {
        let name = name.get_value();
        if training.set.with_untracked(|set| set.photos().iter().any(|photo| photo.class == new_name)) {
            let (name, new_name) = (name.clone(), new_name.clone());
            training.tell(move || t!("report.merged", name = name, new_name = new_name));
        }
        // This row goes away, and another one comes.
        rescue_focus(format!("[data-class-name={}] .naming button", quoted(&new_name)));
        training.set.update(|set| set.rename_class(&name, &new_name));
    };
    let reveal = move || if open.get() { t!("report.hide_photos") } else { t!("report.show_photos") };
    let action = move || if left_out.get() { t!("report.take_in") } else { t!("report.leave_out") };
    view! {
        <li
            class="class"
            class:left-out=left_out
            data-class-name=name.get_value()
            data-count=move || used().to_string()
        >
            <div class="samples" aria-hidden="true">{pictures}</div>
            <div class="about">
                <div class="naming">
                    <Renamable
                        name=name.get_value()
                        ask=|name| t!("report.rename_class", name = name)
                        new_name=|name| t!("report.new_name_of_class", name = name)
                        names="class-names"
                        disabled=locked
                        on_rename=rename
                    />
                </div>
                <p class="count">
                    <b>{move || number(used())}</b>
                    <span>{move || if left_out.get() { Some(t!("report.left_out")) } else { parts() }}</span>
                </p>
                <div class="bar" style=share></div>
                <p class="missing">{move || summary.with(|class| class.as_ref().map(missing))}</p>
            </div>
            <div class="buttons">
                <button
                    type="button"
                    class="quiet"
                    aria-expanded=move || open.get().to_string()
                    aria-label=move || match open.get() {
                        true => t!("report.hide_photos_of", name = name.get_value()),
                        false => t!("report.show_photos_of", name = name.get_value()),
                    }
                    on:click=move |_| set_open.update(|open| *open = !*open)
                >
                    {reveal}
                </button>
                <button
                    type="button"
                    class="quiet leave-out"
                    disabled=locked
                    aria-label=move || match left_out.get() {
                        true => t!("report.take_in_class", name = name.get_value()),
                        false => t!("report.leave_out_class", name = name.get_value()),
                    }
                    on:click=move |_| {
                        let left_out = left_out.get_untracked();
                        training.set.update(|set| name.with_value(|name| set.leave_out_class(name, !left_out)));
                    }
                >
                    {action}
                </button>
            </div>
            <Show when=move || open.get()>
                <Gallery items/>
            </Show>
        </li>
    }
}

/// The photos of a class that can be read, with their places in the set.
fn readable<'a>(set: &'a PhotoSet, class: &'a str) -> impl Iterator<Item = (usize, &'a Photo)> {
    let photos = set.photos().iter().enumerate();
    photos.filter(move |(_, photo)| photo.class == class && matches!(photo.seen, Seen::Readable { .. }))
}

/// What is not counted, in words.
fn missing(class: &ClassSummary) -> String {
    let mut parts = Vec::new();
    if class.left_out > 0 {
        parts.push(t!("report.some_left_out", photos = photos(class.left_out)));
    }
    if class.unreadable > 0 {
        parts.push(t!("report.some_unreadable", photos = photos(class.unreadable)));
    }
    parts.join(&t!("list.comma"))
}
