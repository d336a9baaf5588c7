//! Looking inside the network: what it consists of, what it makes of a photo, and what decided a class.
//!
//! Each request takes its turn among the engine's tasks. Between two answers messages are heard, and a request that a newer
//! one has made void is given up.

mod pictures;

use std::cell::Cell;
use std::ops::ControlFlow;
use std::rc::Rc;

use burn::tensor::Tensor;
use futures::channel::mpsc::UnboundedSender;
use gloo_timers::future::TimeoutFuture;
use image::RgbImage;
use rust_i18n::t;

use super::decoders::Decoders;
use super::hardware::Hardware;
use super::model::Model;
use super::outbox::post;
use super::tasks::Task;
use crate::error::{Error, Result};
use crate::explain::{self, activations, filters, grad_cam, occlusion};
use crate::metrics::argmax;
use crate::preprocess::{self, Pixels};
use crate::web::decoder::{Answer, DecodedPhoto, Request};
use crate::web::protocol::inspection::{
    Heat, InspectionCommand, InspectionEvent, Layer, LayerOutput, Method, Network, Question, RequestId,
};
use crate::web::protocol::{Event, FileHandle};

/// Channels or units of a layer that are named.
const STRONGEST: usize = 6;

/// Hears what is asked, and has it take its turn.
#[derive(Clone)]
pub struct Inspector {
    decoders: Decoders,
    tasks: UnboundedSender<Task>,
    newest: Rc<Cell<RequestId>>,
}

/// What takes its turn.
pub enum Inspection {
    /// Show the network itself.
    Network,
    /// Answer a question about a photo.
    Photo(PhotoInspection),
}

/// A question about a photo.
pub struct PhotoInspection {
    request: RequestId,
    question: Question,
    photo: FileHandle,
    decoders: Decoders,
    newest: Rc<Cell<RequestId>>,
}

impl Inspector {
    /// Each request becomes a [`Task::Inspect`], whose photo the pool decodes.
    pub fn new(decoders: Decoders, tasks: UnboundedSender<Task>) -> Self {
        Self { decoders, tasks, newest: Rc::default() }
    }

    /// Takes a command.
    pub fn heed(&self, command: InspectionCommand) {
        match command {
            InspectionCommand::Network => self.queue(Inspection::Network),
            InspectionCommand::Photo { request, photo, question } => {
                self.newest.set(request);
                let (decoders, newest) = (self.decoders.clone(), Rc::clone(&self.newest));
                self.queue(Inspection::Photo(PhotoInspection { request, question, photo, decoders, newest }));
            }
        }
    }

    fn queue(&self, inspection: Inspection) {
        // Without a receiver the engine has already said that it cannot go on.
        let _ = self.tasks.unbounded_send(Task::Inspect(inspection));
    }
}

impl Inspection {
    /// Answers, with the model in use.
    pub async fn perform(self, model: &Model, hardware: &Hardware) {
        let failure = |error: Error, tell_page: &dyn Fn(String)| match error {
            // The page starts an engine on the CPU, and asks that one.
            Error::Device(reason) if model.device().webgpu => hardware.condemn(reason),
            error => tell_page(error.to_string()),
        };
        match self {
            Self::Network => match network(model).await {
                Ok(network) => tell(InspectionEvent::Network(network)),
                Err(error) => failure(error, &|message| tell(InspectionEvent::NetworkFailed(message))),
            },
            Self::Photo(inspection) => {
                let request = inspection.request;
                if let Err(error) = inspection.answer(model).await {
                    failure(error, &|message| tell(InspectionEvent::Failed { request, message }));
                }
            }
        }
    }
}

impl PhotoInspection {
    async fn answer(self, model: &Model) -> Result<()> {
        if self.is_void() {
            return Ok(());
        }
        let asked = self.decoders.ask(Request::Inspect(self.photo.clone(), model.preprocessing())).await;
        let (photo, pixels) = decoded(asked).map_err(Error::Unreadable)?;
        let jpeg = photo.thumbnail.jpeg();
        let picture = preprocess::decode_thumbnail(&jpeg)?;
        let image = model.image(&pixels);
        match self.question {
            Question::HeatMap { class, method } => self.explain(model, &picture, image, class, method).await?,
            Question::Everything => {
                let probabilities = model.predict(std::slice::from_ref(&pixels)).await?.into_iter();
                let probabilities: Vec<f32> = probabilities.flat_map(|answer| answer.probabilities).collect();
                let class = argmax(&probabilities);
                let shown = pictures::blob(&jpeg, "image/jpeg")?;
                tell(InspectionEvent::Answer { request: self.request, probabilities, picture: shown });
                if self.pause().await {
                    return Ok(());
                }
                self.explain(model, &picture, image.clone(), class, Method::GradCam).await?;
                if self.pause().await {
                    return Ok(());
                }
                let outputs = model.guard(activations(model.network(), image)).await?;
                let outputs = outputs.iter().map(layer_output).collect::<Result<_>>()?;
                tell(InspectionEvent::Layers { request: self.request, outputs });
            }
        }
        tell(InspectionEvent::Done(self.request));
        Ok(())
    }

    /// Tells the page what decided a class.
    async fn explain(
        &self,
        model: &Model,
        picture: &RgbImage,
        image: Tensor<4>,
        class: usize,
        method: Method,
    ) -> Result<()> {
        let network = model.network();
        let map = match method {
            Method::GradCam => model.guard(grad_cam(network, image, class)).await?.heat_map,
            Method::Occlusion => {
                model.test_together().await?;
                let pause =
                    async || if self.pause().await { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
                match model.guard(occlusion(network, image, class, pause)).await? {
                    ControlFlow::Continue(occlusion) => occlusion.heat_map,
                    ControlFlow::Break(()) => return Ok(()),
                }
            }
        };
        let picture = pictures::jpeg(&map.over(picture, model.preprocessing()))?;
        let heat = Heat { class, method, picture, maximum: map.maximum() };
        tell(InspectionEvent::HeatMap { request: self.request, heat });
        Ok(())
    }

    /// Lets messages arrive: the network on the CPU never waits for anything. True where the request became void.
    async fn pause(&self) -> bool {
        TimeoutFuture::new(0).await;
        self.is_void()
    }

    fn is_void(&self) -> bool {
        self.request != self.newest.get()
    }
}

/// The network in use as the page shows it.
async fn network(model: &Model) -> Result<Network> {
    let layers = model.network().config().layers();
    let filters = model.guard(filters(model.network())).await?;
    let filters = filters.into_iter().map(image::DynamicImage::from);
    Ok(Network { layers: layers.into_iter().map(Layer::from).collect(), filters: pictures::sheet(filters.collect())? })
}

impl From<crate::alexnet::Layer> for Layer {
    fn from(layer: crate::alexnet::Layer) -> Self {
        Self {
            module: layer.module.into(),
            name: layer.name,
            input: layer.input,
            window: layer.window,
            output: layer.output,
            parameters: layer.parameters,
            multiply_adds: layer.multiply_adds,
        }
    }
}

fn layer_output(output: &explain::LayerOutput) -> Result<LayerOutput> {
    let maps = match &output.maps[..] {
        [units] => vec![pictures::wrapped(units).into()],
        maps => maps.iter().cloned().map(image::DynamicImage::from).collect(),
    };
    Ok(LayerOutput { maps: pictures::sheet(maps)?, strongest: output.strongest(STRONGEST) })
}

fn decoded(answer: std::result::Result<Answer, String>) -> std::result::Result<(DecodedPhoto, Pixels), String> {
    match answer? {
        Answer::Decoded(photo) => Pixels::from_bytes(photo.pixels.to_vec()).map(|pixels| (photo, pixels)),
        Answer::Looked(_) | Answer::Prepared { .. } => None,
    }
    .ok_or_else(|| t!("photo.decoder_version").into())
}

fn tell(event: InspectionEvent) {
    post(&Event::Inspection(event));
}
