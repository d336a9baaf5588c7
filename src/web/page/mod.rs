//! The page: the interface on the browser's main thread. It links no Burn; the network runs in the engine's worker.
//!
//! [`state::Page`] is what the page knows; [`bridge`] changes it with what the engine says, [`intake`] with what the
//! visitor drops; the other modules show it. [`train`] is the part of it about training, [`inside`] that about the
//! network's inside, [`evaluate`] that about how good models are.

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
mod model;
mod model_url;
mod models;
mod results;
mod startup;
mod state;
mod train;
mod view;

use leptos::{mount::mount_to, prelude::*};
use wasm_bindgen::JsCast;

use state::{Page, Stage};
use train::state::Phase;
use view::View;

/// Puts the interface in the place of the skeleton that index.html brings.
pub fn mount() {
    let place = document().get_element_by_id("app").expect("index.html has the element #app");
    place.set_inner_html("");
    place.remove_attribute("data-skeleton").expect("a name without spaces");
    mount_to(place.unchecked_into(), App).forget();
}

/// The whole page.
#[component]
fn App() -> impl IntoView {
    let page = Page::start();
    provide_context(page);
    model_url::load(page);
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
    let dragging = drop_zone::accept_drops_anywhere(page);
    let elsewhere = move |view: View| move || page.view.get() != view;

    view! {
        <div class="layout">
            <div class="top">
                <view::Places/>
                <train::unfinished::Unfinished/>
            </div>
            <div class="view" hidden=elsewhere(View::Classify)>
                <section class="hero">
                    <h1>"Your photos never leave this computer"</h1>
                    <p class="lead">
                        "AlexNet looks at them right here, on your own "
                        {move || if page.cpu_only.get() { "CPU. " } else { "GPU. " }} <model::Knowledge/>
                    </p>
                </section>
                <drop_zone::DropZone dragging/>
            </div>
            <div class="view" hidden=elsewhere(View::Train)>
                <section class="hero" class:compact=move || page.training.phase.get() != Phase::Idle>
                    <h1>"Teach it your own classes"</h1>
                    <p class="lead">
                        "Give it a folder of photos for each class. It learns from them right here, on your own "
                        {move || if page.cpu_only.get() { "CPU" } else { "GPU" }}
                        ", and neither the photos nor what it learned leave this computer."
                    </p>
                </section>
                <train::choose::Choose dragging/>
            </div>
            <div class="view" hidden=elsewhere(View::Inside)>
                <section class="hero" class:compact=move || page.inside.photo.with(Option::is_some)>
                    <h1>"See what the network sees"</h1>
                    <p class="lead">
                        "Which parts of a photo decided the answer, what every layer makes of it, and what the first layer
                        looks for."
                    </p>
                </section>
                <inside::choose::Choose/>
            </div>
            <div class="view" hidden=elsewhere(View::Evaluate)>
                <section class="hero" class:compact=move || page.evaluation.has_photos()>
                    <h1>"See how often it is right"</h1>
                    <p class="lead">
                        "Give it photos that it has not learned from, in a folder for each class, and it is put to the test.
                        Choose a second model, and see where the two disagree."
                    </p>
                </section>
                <evaluate::choose::Choose dragging/>
            </div>
            <aside class="engine" aria-label="The network">
                <startup::Startup/>
                <device::Device/>
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
