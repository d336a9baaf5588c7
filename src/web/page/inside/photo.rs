//! The photo with what decided its class, and what that means in words.

use leptos::prelude::*;

use super::{
    classes::Classes,
    state::{Heat, Phase, Shown},
};
use crate::web::{page::state::Page, protocol::inspection::Method};

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
    view! {
        <section class="subject" aria-label="The photo" aria-busy=move || working().to_string()>
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
                {move || {
                    trouble().map(|message| view! { <p class="trouble" role="alert">{name} ": " {message}</p> })
                }}
                <Explanation/>
                <Classes/>
            </div>
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
                    Method::GradCam => format!("The photo with bright heat where it speaks for {name}"),
                    Method::Occlusion => format!("The photo with bright heat where covering it takes most from {name}"),
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
                src.map(|src| view! { <img id="inside-photo" src=src alt="The photo"/> }).into_any()
            }
        }
    }
}

/// The buttons that say how the photo is shown, and what the colours mean.
#[component]
fn Ways() -> impl IntoView {
    let inside = expect_context::<Page>().inside;
    let way = move |name: &'static str, shown: Shown| {
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
        <div class="ways" role="group" aria-label="Show">
            {way("Heat map", Shown::Heat(Method::GradCam))}
            {way("Check by covering", Shown::Heat(Method::Occlusion))}
            {way("Photo", Shown::Photo)}
        </div>
        <Show when=move || inside.shown.get() != Shown::Photo>
            <p class="scale"><span>"nothing"</span> <i aria-hidden="true"></i> <span>"speaks most for it"</span></p>
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
            <h2>"What speaks for " <em>{class.clone()}</em></h2>
            <p>{seen(&heat, &class)}</p>
            <p class="limits">{limits(method)}</p>
        })
    }
}

fn seen(heat: &Heat, class: &str) -> String {
    match heat.method {
        _ if heat.maximum <= 0.0 => format!("Nothing in this photo speaks for {class}."),
        Method::GradCam => {
            format!("Bright is where the last convolution saw what raises {class}; the darker, the less it counted.")
        }
        Method::Occlusion => format!(
            "A grey square covered one part of the photo after the other. Bright is where that took most from {class}: at \
             most {:.1} percentage points.",
            heat.maximum * 100.0
        ),
    }
}

fn limits(method: Method) -> &'static str {
    match method {
        Method::GradCam => {
            "This is Grad-CAM. It has 13 × 13 values, so its edges are rough. It tells where the network looked, not what \
             it took it for, and not whether the answer is right."
        }
        Method::Occlusion => {
            "This is occlusion: the square is a quarter of the photo wide and stood at 49 places. It needs no gradients, \
             so where it agrees with the heat map, both are the more credible. What is there twice escapes it."
        }
    }
}

fn progress(shown: &Shown) -> &'static str {
    match shown {
        Shown::Heat(Method::Occlusion) => "Covering one part of the photo after the other\u{2026}",
        _ => "Looking\u{2026}",
    }
}

/// The name of a class of the model in use.
fn class_name(page: Page, class: usize) -> String {
    page.model.with(|model| model.as_ref().and_then(|model| model.classes.get(class).cloned())).unwrap_or_default()
}
