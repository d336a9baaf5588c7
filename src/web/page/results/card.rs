//! One photo's card. It is built once and has no signals; what is seldom wanted is built when it is asked for.

use leptos::prelude::*;
use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{Element, MouseEvent};

use crate::{
    language::{Text, Told},
    results::{Answer, Outcome, Photo, PhotoId},
    web::page::state::Page,
    words,
};

/// Classes listed on demand; a model may have a thousand.
const CLASSES_SHOWN: usize = 10;

/// The card of a photo.
pub fn card(page: Page, id: PhotoId) -> AnyView {
    let Some(photo) = page.results.with_untracked(|results| results.get(id).cloned()) else { return ().into_any() };
    match &photo.outcome {
        Outcome::Waiting => waiting(&photo).into_any(),
        Outcome::Failed(message) => failed(&photo, message).into_any(),
        Outcome::Answered(answer) => answered(&photo, answer, page.thumbnail(id)).into_any(),
    }
}

fn waiting(photo: &Photo) -> impl IntoView + use<> {
    view! {
        <li class="card waiting" data-photo=photo.name.clone()>
            <div class="picture"></div>
            <p class="name" title=photo.path.clone()>{photo.name.clone()}</p>
            <p class="answer">{t!("results.waiting")}</p>
        </li>
    }
}

fn failed(photo: &Photo, message: &Told) -> impl IntoView + use<> {
    view! {
        <li class="card failed" data-photo=photo.name.clone() data-error=message.to_string()>
            <div class="picture"></div>
            <p class="name" title=photo.path.clone()>{photo.name.clone()}</p>
            <p class="answer">{t!("results.not_classified")}</p>
            <p class="error">{message.to_string()}</p>
        </li>
    }
}

fn answered(photo: &Photo, answer: &Answer, thumbnail: Option<JsValue>) -> impl IntoView + use<> {
    let probability = answer.probability();
    view! {
        <li
            class=if answer.sure { "card" } else { "card unsure" }
            data-photo=photo.name.clone()
            data-label=answer.label().to_owned()
            data-probability=format!("{probability:.6}")
            data-sure=answer.sure.to_string()
            data-id=photo.id.to_string()
        >
            <img class="picture" alt="" loading="lazy" decoding="async" prop:src=thumbnail/>
            {(!answer.sure).then(|| view! { <span class="doubt">{t!("results.not_sure")}</span> })}
            <p class="name" title=photo.path.clone()>{photo.name.clone()}</p>
            <p class="answer">
                <strong>{answer.label().to_owned()}</strong> " "
                <span>{percent(probability)}</span>
            </p>
            <div class="bar" style=format!("--share:{probability:.3}")></div>
            <details>
                <summary>{t!("results.all_classes")} <small>{duration(answer.milliseconds)}</small></summary>
            </details>
        </li>
    }
}

/// Does what was asked for by a click on a card: lists the other classes where its summary was clicked, or looks inside
/// the network.
pub fn heed_click(page: Page, event: &MouseEvent) -> Option<()> {
    let target: Element = event.target()?.dyn_into().ok()?;
    if target.closest(".look-inside").ok()?.is_some() {
        page.look_inside(photo_of(&target)?);
        return Some(());
    }
    let details = target.closest("summary").ok()??.parent_element()?;
    if details.child_element_count() > 1 {
        return None;
    }
    let id = photo_of(&details)?;
    let photo = page.results.with_untracked(|results| results.get(id).cloned())?;
    let Outcome::Answered(answer) = &photo.outcome else { return None };
    class_list(answer).and_then(|list| details.append_child(&list)).ok()?;
    let button = document().create_element("button").ok()?;
    button.set_attribute("type", "button").ok()?;
    button.set_class_name("quiet look-inside");
    button.set_text_content(Some(&t!("page.inside")));
    details.append_child(&button).ok()?;
    Some(())
}

/// The photo in whose card this element is.
fn photo_of(element: &Element) -> Option<PhotoId> {
    element.closest("[data-id]").ok()??.get_attribute("data-id")?.parse().ok()
}

fn class_list(answer: &Answer) -> Result<Element, JsValue> {
    let list = document().create_element("ol")?;
    for (class, probability) in answer.ranked().into_iter().take(CLASSES_SHOWN) {
        let row = document().create_element("li")?;
        row.set_attribute("style", &format!("--share:{probability:.3}"))?;
        for text in [class, &percent(probability)] {
            let cell = document().create_element("span")?;
            cell.set_text_content(Some(text));
            row.append_child(&cell)?;
        }
        list.append_child(&row)?;
    }
    Ok(list)
}

/// "97.3 %"; no answer is shown as certain.
pub fn percent(probability: f32) -> String {
    match probability {
        probability if probability > 0.999 => t!("count.nearly_all").into(),
        probability => words::percent(probability.into()),
    }
}

fn duration(milliseconds: f64) -> Text {
    if milliseconds < 1000.0 {
        t!("time.milliseconds", count = milliseconds : {:.0})
    } else {
        t!("time.seconds", count = milliseconds / 1000.0 : {:.1})
    }
}
