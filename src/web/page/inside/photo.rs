//! The photo with what decided its class, and what that means in words.

use leptos::prelude::*;
use rust_i18n::t;

use super::{
    classes::Classes,
    state::{Heat, Phase, Shown},
};
use crate::{
    language::Text,
    web::{
        page::{state::Page, train::words::around},
        protocol::inspection::Method,
    },
};

/// The photo, the ways to look at it, and the classes.
#[component]
pub fn Photo() -> impl IntoView {
    let page = expect_context::<Page>();
    let inside = page.inside;
    let name = move || inside.photo.get().unwrap_or_default();
    let working = move || inside.phase.with(|phase| *phase == Phase::Working);
    let trouble = move || match inside.phase.get() {
        Phase::Failed(message) => Some(message),
        _ => None,
    };
    // Of a photo that cannot be read there is nothing but the message.
    let has_more = move || trouble().is_none() || inside.answer.with(Option::is_some);
    view! {
        <section class="subject" aria-label=t!("inside.the_photo") aria-busy=move || working().to_string()>
            {move || {
                let text = trouble().map(|message| t!("inside.trouble", name = name(), reason = message));
                text.map(|text| view! { <p class="trouble" role="alert">{text}</p> })
            }}
            <Show when=has_more>
                <figure>
                    <div class="frame" class:working=working>
                        <Frame/>
                    </div>
                    <figcaption>
                        <Ways/>
                        <p class="name">{name}</p>
                    </figcaption>
                </figure>
                <div class="verdict">
                    <p class="work" role="status">{move || working().then(|| progress(&inside.shown.get()))}</p>
                    <Explanation/>
                    <Classes/>
                </div>
            </Show>
        </section>
    }
}

/// The picture itself.
#[component]
fn Frame() -> impl IntoView {
    let page = expect_context::<Page>();
    let inside = page.inside;
    move || {
        let heat = match inside.shown.get() {
            Shown::Photo => None,
            Shown::Heat(method) => inside.heat(method),
        };
        match (heat, inside.class.get()) {
            (Some(heat), Some(class)) => {
                let name = class_name(page, class);
                let alt = match heat.method {
                    Method::GradCam => t!("inside.grad_cam_alt", class = name),
                    Method::Occlusion => t!("inside.occlusion_alt", class = name),
                };
                let method = match heat.method {
                    Method::GradCam => "grad-cam",
                    Method::Occlusion => "occlusion",
                };
                let src = heat.picture.url();
                view! { <img id="inside-heat" src=src alt=alt data-class=name data-method=method/> }.into_any()
            }
            _ => {
                let src = inside.answer.with(|answer| answer.as_ref().map(|answer| answer.picture.url()));
                src.map(|src| view! { <img id="inside-photo" src=src alt=t!("inside.the_photo")/> }).into_any()
            }
        }
    }
}

/// The buttons that say how the photo is shown, and what the colours mean.
#[component]
fn Ways() -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let way = move |name: Text, shown: Shown| {
        view! {
            <button
                type="button"
                class="chip"
                aria-pressed=move || (inside.shown.get() == shown).to_string()
                on:click=move |_| inside.show(shown)
            >
                {name}
            </button>
        }
    };
    view! {
        <div class="ways" role="group" aria-label=t!("inside.show")>
            {way(t!("inside.heat_map"), Shown::Heat(Method::GradCam))}
            {way(t!("inside.check"), Shown::Heat(Method::Occlusion))}
            {way(t!("inside.photo"), Shown::Photo)}
        </div>
        <Show when=move || inside.shown.get() != Shown::Photo>
            <p class="scale"><span>{t!("inside.nothing")}</span> <i aria-hidden="true"></i> <span>{t!("inside.most")}</span></p>
        </Show>
    }
}

/// What is seen, and how far it can be trusted.
#[component]
fn Explanation() -> impl IntoView {
    let page = expect_context::<Page>();
    let inside = page.inside;
    move || {
        let (class, Shown::Heat(method)) = (inside.class.get()?, inside.shown.get()) else { return None };
        let heat = inside.heat(method)?;
        let class = class_name(page, class);
        Some(view! {
            <h2>{around(&t!("inside.speaks_for"), view! { <em>{class.clone()}</em> })}</h2>
            <p>{seen(&heat, &class)}</p>
            <p class="limits">{limits(method)}</p>
        })
    }
}

fn seen(heat: &Heat, class: &str) -> Text {
    match heat.method {
        _ if heat.maximum <= 0.0 => t!("inside.nothing_speaks", class = class),
        Method::GradCam => t!("inside.grad_cam_seen", class = class),
        Method::Occlusion => t!("inside.occlusion_seen", class = class, points = heat.maximum * 100.0 : {:.1}),
    }
}

fn limits(method: Method) -> Text {
    match method {
        Method::GradCam => t!("inside.grad_cam_limits"),
        Method::Occlusion => t!("inside.occlusion_limits"),
    }
}

fn progress(shown: &Shown) -> Text {
    match shown {
        Shown::Heat(Method::Occlusion) => t!("inside.covering"),
        _ => t!("inside.looking"),
    }
}

/// The name of a class of the model in use.
fn class_name(page: Page, class: usize) -> String {
    page.model.with(|model| model.as_ref().and_then(|model| model.classes.get(class).cloned())).unwrap_or_default()
}
