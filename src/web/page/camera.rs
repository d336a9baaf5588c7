//! Pictures from the camera, where the browser has one.

use js_sys::{Array, Object, Reflect};
use leptos::{html, prelude::*};
use rust_i18n::t;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{
    Blob, CanvasRenderingContext2d, File, FilePropertyBag, HtmlCanvasElement, HtmlVideoElement, MediaStream,
    MediaStreamConstraints, MediaStreamTrack,
};

use super::{browser::called_back, intake::Found, state::Page};
use crate::{language::Text, web::js, words::photos};

/// The button that opens the camera, and the dialog with its picture.
#[component]
pub fn Camera() -> impl IntoView {
    let page = expect_context::<Page>();
    let dialog = NodeRef::<html::Dialog>::new();
    let video = NodeRef::<html::Video>::new();
    let (live, set_live) = signal(false);
    let (said, set_said) = signal(Text::default());
    let taken = StoredValue::new(0_usize);
    let openings = StoredValue::new(0_usize);

    let open = move |_| {
        let (Some(dialog), Some(video)) = (dialog.get_untracked(), video.get_untracked()) else { return };
        if dialog.show_modal().is_err() {
            return;
        }
        set_said.set(t!("camera.asking"));
        openings.update_value(|openings| *openings += 1);
        let opening = openings.get_value();
        spawn_local(async move {
            match ask_for_camera().await {
                // The visitor may have closed the dialog while the browser asked, and opened it again.
                Ok(stream) if !dialog.open() || opening != openings.get_value() => stop(&stream),
                Ok(stream) => {
                    video.set_src_object(Some(&stream));
                    set_live.set(true);
                    set_said.set(Text::default());
                }
                Err(error) => set_said.set(refusal(&error)),
            }
        });
    };
    let closed = move |_| {
        set_live.set(false);
        if let Some(video) = video.get_untracked() {
            if let Some(stream) = video.src_object() {
                stop(&stream);
            }
            video.set_src_object(None);
        }
    };
    let take = move |_| {
        let Some(video) = video.get_untracked() else { return };
        // Each has its number at once: the next may be taken before this one is there.
        taken.update_value(|taken| *taken += 1);
        let number = taken.get_value();
        spawn_local(async move {
            let name = format!("camera-{number}.jpg");
            match picture(&video, &name).await {
                Ok(file) => {
                    page.classify(vec![Found { file, path: name }]);
                    set_said.set(t!("camera.taken", photos = photos(number)));
                }
                Err(_) => set_said.set(t!("camera.no_picture")),
            }
        });
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };

    view! {
        <button type="button" id="camera" on:click=open>{t!("camera.open")}</button>
        <dialog class="camera" node_ref=dialog on:close=closed aria-label=t!("camera.title")>
            <video node_ref=video autoplay muted playsinline></video>
            <p role="status">{said}</p>
            <div class="buttons">
                <button type="button" class="primary" disabled=move || !live.get() on:click=take>
                    {t!("camera.take")}
                </button>
                <button type="button" on:click=close>{t!("camera.close")}</button>
            </div>
        </dialog>
    }
}

async fn ask_for_camera() -> Result<MediaStream, JsValue> {
    // On a phone, the camera on its back.
    let back = Object::new();
    Reflect::set(&back, &"facingMode".into(), &"environment".into())?;
    let constraints = MediaStreamConstraints::new();
    constraints.set_video(&back);
    let devices = window().navigator().media_devices()?;
    JsFuture::from(devices.get_user_media_with_constraints(&constraints)?).await?.dyn_into()
}

fn refusal(error: &JsValue) -> Text {
    let name = js::property(error, "name").and_then(|name| name.as_string());
    match name.as_deref() {
        Some("NotAllowedError") => t!("camera.not_allowed"),
        Some("NotFoundError") => t!("camera.not_found"),
        Some("NotReadableError") => t!("camera.busy"),
        _ => t!("camera.unusable"),
    }
}

fn stop(stream: &MediaStream) {
    for track in stream.get_tracks() {
        track.unchecked_into::<MediaStreamTrack>().stop();
    }
}

async fn picture(video: &HtmlVideoElement, name: &str) -> Result<File, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.unchecked_into();
    canvas.set_width(video.video_width());
    canvas.set_height(video.video_height());
    let context = canvas.get_context("2d")?.ok_or("no canvas")?.unchecked_into::<CanvasRenderingContext2d>();
    context.draw_image_with_html_video_element(video, 0.0, 0.0)?;
    let blob: Blob = called_back(|success, failure| {
        if let Err(error) = canvas.to_blob_with_type(success, "image/jpeg") {
            let _ = failure.call1(&JsValue::NULL, &error);
        }
    })
    .await?;
    let options = FilePropertyBag::new();
    options.set_type("image/jpeg");
    File::new_with_blob_sequence_and_options(&Array::of1(&blob), name, &options)
}
