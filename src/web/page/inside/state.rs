//! What the page knows of the network's inside, what it asks the engine about it, and how the answers change it.

use leptos::prelude::*;
use web_sys::File;

use super::pictures::{Picture, PictureSheet};
use crate::{
    language::Told,
    web::{
        page::state::SharedBridge,
        protocol::{
            FileHandle,
            inspection::{InspectionCommand, InspectionEvent, Layer, Method, Question, RequestId},
        },
    },
};

/// How far the inspection of a photo is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// There is no photo.
    Idle,
    /// The engine is asked.
    Working,
    /// All is answered.
    Done,
    /// There is no answer: cause and remedy.
    Failed(Told),
}

/// What is shown of the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// The photo as it is.
    Photo,
    /// What decided the class.
    Heat(Method),
}

/// What the network answers for the photo.
#[derive(Clone)]
pub struct Answer {
    /// The probability of each class.
    pub probabilities: Vec<f32>,
    /// The photo.
    pub picture: Picture,
}

/// A heat map over the photo.
#[derive(Clone)]
pub struct Heat {
    /// How it was found out.
    pub method: Method,
    /// The photo with the heat over it.
    pub picture: Picture,
    /// What the hottest point stands for.
    pub maximum: f32,
}

/// What a layer makes of the photo.
#[derive(Clone)]
pub struct Output {
    /// Its maps.
    pub maps: PictureSheet,
    /// The strongest channels or units.
    pub strongest: Vec<(usize, f32)>,
}

/// Everything about the network's inside.
#[derive(Clone, Copy)]
pub struct Inside {
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// The name of the photo.
    pub photo: RwSignal<Option<String>>,
    /// What the network answers for it.
    pub answer: RwSignal<Option<Answer>>,
    /// The class that is explained.
    pub class: RwSignal<Option<usize>>,
    /// The heat maps of that class so far.
    pub heats: RwSignal<Vec<Heat>>,
    /// What is shown of the photo.
    pub shown: RwSignal<Shown>,
    /// What each layer makes of the photo; empty until it is known.
    pub outputs: RwSignal<Vec<Output>>,
    /// The layer table; empty until it is known.
    pub layers: RwSignal<Vec<Layer>>,
    /// The filters of the first layer.
    pub filters: RwSignal<Option<PictureSheet>>,
    /// Why the network cannot be shown.
    pub network_trouble: RwSignal<Option<Told>>,
    /// The layer whose maps are shown.
    pub open_layer: RwSignal<Option<usize>>,
    /// Whether the answers are those of another model or engine, or there are none yet.
    stale: RwSignal<bool>,
    file: StoredValue<Option<File>, LocalStorage>,
    request: StoredValue<RequestId>,
    /// Whether the request under way is for everything, and must not be cut short.
    everything: StoredValue<bool>,
    /// What is asked after it.
    next: StoredValue<Option<Question>>,
    bridge: SharedBridge,
}

impl Inside {
    /// Nothing known yet.
    pub fn new(bridge: SharedBridge) -> Self {
        Self {
            phase: RwSignal::new(Phase::Idle),
            photo: RwSignal::new(None),
            answer: RwSignal::new(None),
            class: RwSignal::new(None),
            heats: RwSignal::new(Vec::new()),
            shown: RwSignal::new(Shown::Heat(Method::GradCam)),
            outputs: RwSignal::new(Vec::new()),
            layers: RwSignal::new(Vec::new()),
            filters: RwSignal::new(None),
            network_trouble: RwSignal::new(None),
            open_layer: RwSignal::new(Some(0)),
            stale: RwSignal::new(true),
            file: StoredValue::new_local(None),
            request: StoredValue::new(0),
            everything: StoredValue::new(false),
            next: StoredValue::new(None),
            bridge,
        }
    }

    /// Looks at what the network makes of this photo.
    pub fn inspect(self, photo: File) {
        self.photo.set(Some(photo.name()));
        self.file.set_value(Some(photo));
        self.ask_everything();
    }

    /// Explains another class.
    pub fn choose_class(self, class: usize) {
        if self.class.get_untracked() == Some(class) {
            return;
        }
        self.class.set(Some(class));
        self.heats.set(Vec::new());
        match self.shown.get_untracked() {
            Shown::Photo => self.show(Shown::Heat(Method::GradCam)),
            shown => self.show(shown),
        }
    }

    /// Shows the photo in this way, which may first have to be found out.
    pub fn show(self, shown: Shown) {
        self.shown.set(shown);
        let Some(class) = self.class.get_untracked() else { return };
        if let Shown::Heat(method) = shown
            && self.heat(method).is_none()
        {
            self.ask(Question::HeatMap { class, method });
        }
    }

    /// The heat map by this method, where there is one.
    pub fn heat(self, method: Method) -> Option<Heat> {
        self.heats.with(|heats| heats.iter().find(|heat| heat.method == method).cloned())
    }

    /// Takes note that another model or engine answers from now on.
    pub fn outdate(self) {
        self.stale.set(true);
    }

    /// Asks anew where the answers are not those of the model in use. Called in an effect, it runs again when they are
    /// outdated.
    pub fn refresh(self) {
        if !self.stale.get() {
            return;
        }
        self.stale.set(false);
        self.tell(InspectionCommand::Network);
        if self.file.with_value(Option::is_some) {
            self.ask_everything();
        }
    }

    /// Takes note that no engine runs.
    pub fn fail(self, message: &Told) {
        if self.phase.get_untracked() == Phase::Working {
            self.phase.set(Phase::Failed(message.clone()));
        }
    }

    /// Changes with what the engine says.
    pub fn apply(self, event: InspectionEvent) {
        let is_void = |request: RequestId| self.request.get_value() != request;
        match event {
            InspectionEvent::Network(network) => {
                self.network_trouble.set(None);
                self.layers.set(network.layers);
                self.filters.set(Some(PictureSheet::new(&network.filters)));
            }
            InspectionEvent::NetworkFailed(message) => self.network_trouble.set(Some(message.into())),
            InspectionEvent::Answer { request, .. }
            | InspectionEvent::HeatMap { request, .. }
            | InspectionEvent::Layers { request, .. }
            | InspectionEvent::Done(request)
            | InspectionEvent::Failed { request, .. }
                if is_void(request) => {}
            InspectionEvent::Answer { probabilities, picture, .. } => {
                self.answer.set(Some(Answer { probabilities, picture: Picture::new(&picture) }));
            }
            // The visitor may have chosen another class by now.
            InspectionEvent::HeatMap { heat, .. }
                if self.class.get_untracked().is_some_and(|class| class != heat.class) => {}
            InspectionEvent::HeatMap { heat, .. } => {
                self.class.set(Some(heat.class));
                let heat = Heat { method: heat.method, picture: Picture::new(&heat.picture), maximum: heat.maximum };
                self.heats.update(|heats| heats.push(heat));
            }
            InspectionEvent::Layers { outputs, .. } => self.outputs.set(
                outputs
                    .into_iter()
                    .map(|output| Output { maps: PictureSheet::new(&output.maps), strongest: output.strongest })
                    .collect(),
            ),
            InspectionEvent::Done(_) => self.go_on(Phase::Done),
            InspectionEvent::Failed { message, .. } => self.go_on(Phase::Failed(message.into())),
        }
    }

    /// Asks what was put off, or rests.
    fn go_on(self, phase: Phase) {
        self.everything.set_value(false);
        match self.next.try_update_value(Option::take).flatten() {
            Some(question) if phase == Phase::Done => self.ask(question),
            _ => self.phase.set(phase),
        }
    }

    fn ask_everything(self) {
        self.answer.set(None);
        self.class.set(None);
        self.heats.set(Vec::new());
        self.outputs.set(Vec::new());
        self.shown.set(Shown::Heat(Method::GradCam));
        self.everything.set_value(false);
        self.next.set_value(None);
        self.ask(Question::Everything);
    }

    fn ask(self, question: Question) {
        if self.everything.get_value() {
            return self.next.set_value(Some(question));
        }
        let Some(photo) = self.file.get_value() else { return };
        self.everything.set_value(question == Question::Everything);
        self.request.update_value(|request| *request += 1);
        self.phase.set(Phase::Working);
        self.tell(InspectionCommand::Photo { request: self.request.get_value(), photo: FileHandle(photo), question });
    }

    fn tell(self, command: InspectionCommand) {
        self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.inspect(command)));
    }
}
