//! Which device there is, and why it is not the GPU where it is not.

use std::pin::pin;

use futures::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use js_sys::{Function, Object, Promise, Reflect};
use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use super::outbox::{on_gpu, post};
use crate::device::Gpu;
use crate::rehearsal::rehearse;
use crate::web::js;
use crate::web::protocol::{DeviceChoice, DeviceReport, Event};

/// How long the browser may take to bring up the GPU, in milliseconds.
const PATIENCE: u32 = 30_000;

/// What this engine may compute on.
pub enum Hardware {
    /// The GPU, which has yet to pass the self-test with each model.
    Gpu {
        /// The device.
        gpu: Gpu,
        /// The adapter's name.
        name: String,
    },
    /// The CPU alone.
    Cpu {
        /// Why not the GPU.
        reason: Option<String>,
    },
}

impl Hardware {
    /// Brings up the best device among those that may be used. `reason` is the page's, where it chose the CPU.
    pub async fn find(choice: DeviceChoice, reason: Option<String>) -> Self {
        if choice == DeviceChoice::Cpu {
            return Self::Cpu { reason };
        }
        on_gpu(true);
        let outcome = match select(pin!(bring_up()), TimeoutFuture::new(PATIENCE)).await {
            Either::Left((outcome, _)) => outcome,
            Either::Right(_) => Err(t!("gpu.slow", seconds = PATIENCE / 1000).into()),
        };
        outcome.unwrap_or_else(|reason| {
            on_gpu(false);
            Self::Cpu { reason: Some(reason) }
        })
    }

    /// Keeps the GPU if it runs the first model, and from then on tells the page of its loss; gives it up otherwise.
    pub fn settle(self, device: &DeviceReport) -> Self {
        on_gpu(device.webgpu);
        if !device.webgpu {
            return Self::Cpu { reason: device.reason.clone() };
        }
        if let Self::Gpu { gpu, .. } = &self {
            let gpu = gpu.clone();
            spawn_local(async move {
                let reason = gpu.lost().await;
                post(&Event::DeviceLost { message: t!("gpu.failed", reason = reason).into() });
            });
        }
        self
    }

    /// Declares the GPU failed, which reaches the page as [`Event::DeviceLost`].
    pub fn condemn(&self, reason: String) {
        if let Self::Gpu { gpu, .. } = self {
            gpu.condemn(reason);
        }
    }
}

async fn bring_up() -> Result<Hardware, String> {
    let name = find_adapter().await?;
    let gpu = Gpu::bring_up().await.map_err(|error| t!("gpu.not_up", reason = first_line(&error.to_string())))?;
    rehearse(gpu.device()).await;
    Ok(Hardware::Gpu { gpu, name })
}

/// An error without the stack that browsers and wgpu put below it.
fn first_line(error: &str) -> &str {
    error.lines().next().unwrap_or(error)
}

/// Asks the browser for the adapter that Burn will get, and gives its name if Burn can use it.
async fn find_adapter() -> Result<String, String> {
    let scope = js::scope();
    let Some(gpu) = js::property(&scope.navigator(), "gpu") else {
        return Err(match scope.is_secure_context() {
            true => t!("gpu.no_webgpu").into(),
            false => t!("gpu.https_only").into(),
        });
    };
    let adapter = request_adapter(&gpu)
        .await
        .map_err(|exception| t!("gpu.failed", reason = js::message(&exception)))?
        .ok_or_else(|| t!("gpu.no_adapter"))?;
    // Burn times its work on the GPU's clock, and panics where there is none.
    match has_feature(&adapter, "timestamp-query") {
        true => Ok(adapter_name(&adapter)),
        false => Err(t!("gpu.no_timestamps").into()),
    }
}

/// `navigator.gpu.requestAdapter(...)`; by name, as web-sys counts WebGPU among the unstable interfaces.
async fn request_adapter(gpu: &JsValue) -> Result<Option<JsValue>, JsValue> {
    let options = Object::new();
    Reflect::set(&options, &"powerPreference".into(), &"high-performance".into())?;
    let request: Function = Reflect::get(gpu, &"requestAdapter".into())?.dyn_into()?;
    let adapter = request.call1(gpu, &options)?.dyn_into::<Promise>()?.await?;
    Ok((!adapter.is_null() && !adapter.is_undefined()).then_some(adapter))
}

fn has_feature(adapter: &JsValue, feature: &str) -> bool {
    let ask = || {
        let features = js::property(adapter, "features")?;
        let has: Function = js::property(&features, "has")?.dyn_into().ok()?;
        has.call1(&features, &feature.into()).ok()?.as_bool()
    };
    ask().unwrap_or(false)
}

/// A name to show, such as "NVIDIA Ampere" or "Google SwiftShader (software)".
fn adapter_name(adapter: &JsValue) -> String {
    let Some(info) = js::property(adapter, "info") else {
        return t!("gpu.an_adapter").into();
    };
    let text = |name| js::property(&info, name).and_then(|value| value.as_string()).unwrap_or_default();
    let (vendor, architecture, description) = (text("vendor"), text("architecture"), text("description"));
    let name = match description.is_empty() {
        true => format!("{} {}", spelled(&vendor), spelled(&architecture)),
        false => description,
    };
    let name = match name.trim() {
        "" => t!("gpu.an_adapter"),
        name => name.to_owned().into(),
    };
    let is_fallback = js::property(&info, "isFallbackAdapter").and_then(|value| value.as_bool()).unwrap_or(false);
    match is_fallback || architecture == "swiftshader" {
        true => format!("{name} (software)"),
        false => name.into(),
    }
}

/// A vendor or an architecture as it spells itself: browsers give identifiers such as `nvidia` and `rdna-3`.
fn spelled(identifier: &str) -> String {
    match identifier {
        "amd" | "arm" | "nvidia" => return identifier.to_uppercase(),
        "swiftshader" => return "SwiftShader".into(),
        _ => {}
    }
    let mut letters = identifier.chars().map(|letter| if letter == '-' { ' ' } else { letter });
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
