//! Which device runs the network, why, and what its self-test found.

use leptos::prelude::*;
use rust_i18n::t;

use super::{comparison::Comparison, state::Page, train::words::around};
use crate::{
    language::{Text, Told},
    web::protocol::{DeviceReport, SelfTest},
};

/// The device in words, with its self-test for those who want to see it.
#[component]
pub fn Device() -> impl IntoView {
    let page = expect_context::<Page>();
    move || page.device.get().map(|device| view! { <Report device/> })
}

#[component]
fn Report(device: DeviceReport) -> impl IntoView {
    let page = expect_context::<Page>();
    let json = |logits: &[f32]| serde_json::to_string(logits).expect("numbers can always be written");
    let test = device.self_test.as_ref();
    let classes = page.model.with_untracked(|model| model.as_ref().map(|model| model.classes.clone()));
    let details = device.self_test.clone().map(|test| view! { <Test test classes=classes.unwrap_or_default()/> });
    view! {
        <section
            id="device"
            class="fact"
            data-self-test-difference=test.map(|test| test.difference.to_string())
            data-webgpu-logits=test.map(|test| json(&test.webgpu))
            data-cpu-logits=test.map(|test| json(&test.cpu))
        >
            <h2>{t!("device.runs_on")}</h2>
            <p class="value">{Told::from(device.name.clone()).to_string()} {device.webgpu.then(|| view! { <span class="tag">"GPU"</span> })}</p>
            <p class="why">{explanation(&device)}</p>
            {details}
        </section>
    }
}

fn explanation(device: &DeviceReport) -> Text {
    let reason = device.reason.clone().map(Told::from);
    match (reason, device.webgpu) {
        (Some(reason), true) => t!("device.through_webgpu", reason = reason),
        (None, true) if device.name.ends_with("(software)") => t!("device.software_gpu"),
        (None, true) => t!("device.own_gpu"),
        (Some(reason), false) => t!("device.not_gpu_because", reason = reason),
        (None, false) => t!("device.not_gpu"),
    }
}

/// The self-test, and the outputs that it compared.
#[component]
fn Test(test: SelfTest, classes: Vec<String>) -> impl IntoView {
    let name = |index| classes.get(index).cloned().unwrap_or_else(|| t!("device.output", index = index).into());
    let outputs = test.webgpu.iter().zip(&test.cpu).enumerate();
    let rows = outputs.map(|(index, (&webgpu, &cpu))| (name(index), webgpu.into(), cpu.into())).collect();
    view! {
        <details class="more">
            <summary>
                {around(
                    &t!("device.self_test"),
                    view! { <span class="number">{format!("{:.0e}", test.difference)}</span> },
                )}
            </summary>
            <p>{t!("device.self_test_about")}</p>
            <Comparison of=t!("device.class") rows places=4/>
        </details>
    }
}
