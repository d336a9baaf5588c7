//! The page: the interface on the browser's main thread. It links no Burn; the network runs in the engine's worker.
//!
//! [`state::Page`] is what the page knows; [`bridge`] changes it with what the engine says, [`intake`] with what the
//! visitor drops, [`language`] with the language that they choose; the other modules show it. [`train`] is the part of it
//! about training, [`inside`] that about the network's inside, [`evaluate`] that about how good models are.

mod adapter;
mod benchmark;
mod bridge;
mod browser;
mod camera;
mod comparison;
mod device;
mod drop_zone;
mod engine;
mod evaluate;
mod inside;
mod intake;
mod language;
mod model;
mod model_url;
mod models;
mod profile;
mod results;
mod startup;
mod state;
mod thumbnails;
mod train;
mod view;

use leptos::{mount::mount_to, prelude::*};
use rust_i18n::t;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlInputElement};

use state::{Page, Stage};
use train::state::Phase;
use view::View;

/// Puts the interface in the place of the skeleton that index.html brings.
pub fn mount() {
    let place = document().get_element_by_id("app").expect("index.html has the element #app");
    let input = document().get_element_by_id(drop_zone::INPUT).and_then(|input| input.dyn_into().ok());
    let focused = document().active_element().map(|element| element.id());
    place.set_inner_html("");
    place.remove_attribute("data-skeleton").expect("a name without spaces");
    mount_to(place.unchecked_into(), move || view! { <App input/> }).forget();
    let again = focused.and_then(|id| document().get_element_by_id(&id)?.dyn_into::<HtmlElement>().ok());
    if let Some(again) = again {
        // A browser that refuses leaves the focus at the top.
        _ = again.focus();
    }
}

/// The whole page, which takes over what was chosen in the skeleton's `input`. What is in it is built anew in another language;
/// what it knows is not.
#[component]
fn App(input: Option<HtmlInputElement>) -> impl IntoView {
    let page = Page::start();
    provide_context(page);
    if let Some(input) = input {
        drop_zone::take_over(page, &input);
    }
    model_url::load(page);
    language::announce(page);
    view::follow_address(page);
    train::follow(page);
    evaluate::follow(page);
    Effect::new(move || {
        let state = page.stage.with(|stage| match stage {
            Stage::Downloading { .. } | Stage::Preparing => "loading",
            Stage::Ready => "ready",
            Stage::Failed(_) => "failed",
        });
        browser::set_body_data("state", Some(state));
    });
    Effect::new(move || {
        let device =
            page.device.with(|device| device.as_ref().map(|device| if device.webgpu { "webgpu" } else { "cpu" }));
        browser::set_body_data("device", device);
    });

    benchmark::listen(page);
    profile::measure(page);
    let dragging = drop_zone::accept_drops_anywhere(page);
    let in_language = move |build: fn(ReadSignal<bool>) -> AnyView| {
        move || {
            page.language.track();
            build(dragging)
        }
    };

    view! {
        <header class="masthead">
            <svg aria-hidden="true"><use href="#flower"/></svg>
            {in_language(|_| view! { <p>"AlexNet " <span>{t!("page.in_the_browser")}</span></p> }.into_any())}
            <language::Switch/>
        </header>
        <main>{in_language(|dragging| view! { <Layout dragging/> }.into_any())}</main>
        <footer>{in_language(|_| view! { <Footer/> }.into_any())}</footer>
    }
}

/// The places, the place that the visitor is at, and the network beside it.
#[component]
fn Layout(dragging: ReadSignal<bool>) -> impl IntoView {
    let page = expect_context::<Page>();
    let elsewhere = move |view: View| move || page.view.get() != view;
    view! {
        <div class="layout">
            <div class="top">
                <view::Places/>
                <train::unfinished::Unfinished/>
            </div>
            <div class="view" hidden=elsewhere(View::Classify)>
                <section class="hero">
                    <h1>{t!("classify.title")}</h1>
                    <p class="lead">
                        {move || if page.cpu_only.get() { t!("classify.lead_cpu") } else { t!("classify.lead_gpu") }}
                        <model::Knowledge/>
                    </p>
                </section>
                <drop_zone::DropZone dragging/>
            </div>
            <div class="view" hidden=elsewhere(View::Train)>
                <section class="hero" class:compact=move || page.training.phase.get() != Phase::Idle>
                    <h1>{t!("train.title")}</h1>
                    <p class="lead">
                        {move || if page.cpu_only.get() { t!("train.lead_cpu") } else { t!("train.lead_gpu") }}
                    </p>
                </section>
                <train::choose::Choose dragging/>
            </div>
            <div class="view" hidden=elsewhere(View::Inside)>
                <section class="hero" class:compact=move || page.inside.photo.with(Option::is_some)>
                    <h1>{t!("inside.title")}</h1>
                    <p class="lead">{t!("inside.lead")}</p>
                </section>
                <inside::choose::Choose/>
            </div>
            <div class="view" hidden=elsewhere(View::Evaluate)>
                <section class="hero" class:compact=move || page.evaluation.has_photos()>
                    <h1>{t!("evaluate.title")}</h1>
                    <p class="lead">{t!("evaluate.lead")}</p>
                </section>
                <evaluate::choose::Choose dragging/>
            </div>
            <aside class="engine" aria-label=t!("page.network")>
                <startup::Startup/>
                <device::Device/>
                <profile::Profile/>
                <model::Model/>
            </aside>
            <div class="view" hidden=elsewhere(View::Classify)>
                <results::ResultsList/>
            </div>
            <div class="view" hidden=elsewhere(View::Train)>
                <train::Bench/>
            </div>
            <div class="view" hidden=elsewhere(View::Inside)>
                <inside::Inside/>
            </div>
            <div class="view" hidden=elsewhere(View::Evaluate)>
                <evaluate::Evaluate/>
            </div>
            <models::Models/>
        </div>
    }
}

#[component]
fn Footer() -> impl IntoView {
    view! {
        <p>{t!("page.about")}</p>
        <p>
            <a href="models/README.md" target="_blank">{t!("page.model_card")}</a>
        </p>
    }
}
