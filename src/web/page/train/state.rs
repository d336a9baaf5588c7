//! What the page knows about training: the photos, the settings, the run and the models that come of it.
//!
//! [`super::set`] fills in the photos, [`super::events`] what the engine says; [`super::orders`] tells the engine what
//! to do; [`super::folder`] keeps the folder of the run; the other modules show it.

use std::{sync::Arc, time::Duration};

use leptos::prelude::*;

use super::{folder::KeptFolder, form::Form};
use crate::{
    dataset::Arranged,
    dataset_report::{PhotoSet, duplicates::Duplicates},
    language::{Language, Text, Told},
    metrics::ConfusionMatrix,
    run::EpochRecord,
    web::{
        page::{
            intake::{Folder, Turns},
            language::{Saying, silence},
            state::SharedBridge,
            thumbnails::Thumbnails,
        },
        protocol::training::{Best, KeptModel, Place, Step, TrainingDevice, TrainingOrder, UnfinishedRun},
    },
};

/// How long something that is told in passing stands during a run.
const IN_PASSING: Duration = Duration::from_secs(12);

/// Where training stands; `body[data-training]` says it to scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// No photos are chosen.
    Idle,
    /// The photos are looked at.
    Checking,
    /// They can be trained on.
    Checked,
    /// A run goes its way.
    Running,
    /// The run is held.
    Paused,
    /// The run is over.
    Done,
    /// The run broke off.
    Failed,
}

/// The last thing worth telling; read aloud by screen readers.
#[derive(Clone)]
pub struct Message {
    /// What it says; empty where there is nothing to tell.
    pub saying: Saying,
    /// Whether something went wrong.
    pub is_trouble: bool,
}

/// The run under way, or the last one.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    /// What is trained.
    pub order: Arc<TrainingOrder>,
    /// What it runs on.
    pub device: TrainingDevice,
    /// The epochs that are done.
    pub epochs: Vec<Epoch>,
    /// Which class was taken for which after the last of them, where it was in this visit.
    pub confusion: Option<ConfusionMatrix>,
    /// Photos that could not be read on the way, by path, and why.
    pub unreadable: Vec<(String, Told)>,
    /// How many epochs were kept for another day before the last one.
    pub kept: usize,
    /// Why the last epoch is not kept for another day, where it is not.
    pub not_kept: Option<Told>,
}

/// An epoch that is done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Epoch {
    /// What it brought.
    pub record: EpochRecord,
    /// What it took, where it was in this visit.
    pub effort: Option<Effort>,
}

/// What an epoch took.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effort {
    /// Time without pauses, in seconds.
    pub seconds: f64,
    /// The share of it in which the network waited for photos.
    pub waited: f64,
}

/// How far the epoch under way is.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Progress {
    /// What is done at the moment.
    pub activity: Activity,
    /// The epoch whose losses these are.
    pub epoch: usize,
    /// Steps of it, and the mean loss up to each that was told of.
    pub losses: Vec<(usize, f64)>,
    /// Steps of the epoch.
    pub steps: usize,
}

/// What a run does at the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Activity {
    /// It gets ready.
    #[default]
    Starting,
    /// Photos go through the layers that stay as they are: this batch, of so many.
    Features(usize, usize),
    /// The network learns.
    Learning(Step),
    /// The network is tested on the validation photos: this batch, of so many.
    Validating(usize, usize),
}

/// What the last run brought.
#[derive(Clone, Debug)]
pub struct RunResult {
    /// The best epoch and its model.
    pub best: Best,
    /// The class names of that model.
    pub classes: Vec<String>,
}

/// Whether the unfinished run is to be gone on with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resuming {
    /// Nobody wants to, so far.
    #[default]
    No,
    /// As soon as the visitor has chosen its photos.
    Asked,
    /// As soon as its folder, which the browser has kept, was gone through.
    Fetching,
}

/// Everything about training that the components share; part of [`crate::web::page::state::Page`].
#[derive(Clone, Copy)]
pub struct Training {
    /// Where training stands.
    pub phase: RwSignal<Phase>,
    /// The last thing worth telling.
    pub message: RwSignal<Message>,
    /// Whether the photos and the settings are in sight.
    pub preparation_open: RwSignal<bool>,
    /// The photos that were chosen.
    pub set: RwSignal<PhotoSet>,
    /// How many of them were looked at.
    pub looked_at: RwSignal<usize>,
    /// Those that occur more than once.
    pub duplicates: RwSignal<Arc<Vec<Duplicates>>>,
    /// The settings.
    pub form: Form,
    /// The photos in two parts, as the settings ask; `Err` says why they cannot be trained on.
    pub arranged: Memo<Result<Arc<Arranged>, String>>,
    /// Whether a run was ordered and the engine has not answered.
    pub ordered: RwSignal<bool>,
    /// Whether the run was told to pause and has not done so.
    pub pausing: RwSignal<bool>,
    /// Whether the run was told to stop.
    pub stopping: RwSignal<bool>,
    /// The run under way, or the last one.
    pub run: RwSignal<Option<Run>>,
    /// How far its epoch is.
    pub progress: RwSignal<Progress>,
    /// What it brought.
    pub result: RwSignal<Option<Arc<RunResult>>>,
    /// The run that can be gone on with.
    pub unfinished: RwSignal<Option<Arc<UnfinishedRun>>>,
    /// Whether it is to be gone on with as soon as its photos are there.
    pub resuming: RwSignal<Resuming>,
    /// Its folder, where the browser has kept it and it was not tried in this visit.
    pub kept: RwSignal<Option<KeptFolder>, LocalStorage>,
    /// The models that were trained here, newest first.
    pub models: RwSignal<Vec<KeptModel>>,
    /// Where they are kept.
    pub place: RwSignal<Option<Place>>,
    /// What went wrong with them last.
    pub models_trouble: RwSignal<Option<Told>>,
    /// The photos' small pictures.
    pub thumbnails: Thumbnails<String>,
    /// The folder of the photos that were chosen, where the browser gave a handle of it.
    pub(super) folder: StoredValue<Option<Folder>, LocalStorage>,
    /// Folders that are chosen, whose files may yet have to be listed.
    pub turns: Turns,
    /// How many folders were looked at so far.
    pub(super) choices: StoredValue<usize>,
    /// How many there were when the photos of the unfinished run were last asked for.
    pub(super) asked_at: StoredValue<usize>,
    /// Whether the focus is on a control that the next phase takes away.
    pub(super) leads_focus: StoredValue<bool>,
    /// What stands when nothing is told in passing.
    standing: StoredValue<Message>,
    pub(super) bridge: SharedBridge,
}

impl Training {
    /// Training before anything was chosen.
    pub fn new(bridge: SharedBridge, language: RwSignal<Language>) -> Self {
        let set = RwSignal::new(PhotoSet::default());
        let form = Form::new();
        let arranged = Memo::new(move |_| {
            // What hinders is told in words.
            language.track();
            // A share or a seed that makes no sense is told beside its field.
            let (share, seed) = (form.validation_share.value().unwrap_or(0.1), form.seed.value().unwrap_or(0));
            set.with(|set| set.arranged(share, seed)).map(Arc::new).map_err(|error| error.to_string())
        });
        Self {
            phase: RwSignal::new(Phase::Idle),
            message: RwSignal::new(Message::default()),
            preparation_open: RwSignal::new(true),
            set,
            looked_at: RwSignal::new(0),
            duplicates: RwSignal::new(Arc::default()),
            form,
            arranged,
            ordered: RwSignal::new(false),
            pausing: RwSignal::new(false),
            stopping: RwSignal::new(false),
            run: RwSignal::new(None),
            progress: RwSignal::new(Progress::default()),
            result: RwSignal::new(None),
            unfinished: RwSignal::new(None),
            resuming: RwSignal::new(Resuming::No),
            kept: RwSignal::new_local(None),
            models: RwSignal::new(Vec::new()),
            place: RwSignal::new(None),
            models_trouble: RwSignal::new(None),
            thumbnails: Thumbnails::new(),
            folder: StoredValue::new_local(None),
            turns: Turns::new(),
            choices: StoredValue::new(0),
            asked_at: StoredValue::new(0),
            leads_focus: StoredValue::new(false),
            standing: StoredValue::new(Message::default()),
            bridge,
        }
    }

    /// Tells the visitor something.
    pub fn tell(self, saying: impl Fn() -> Text + Send + Sync + 'static) {
        self.say(Message { saying: Arc::new(saying), is_trouble: false });
    }

    fn say(self, message: Message) {
        self.standing.set_value(message.clone());
        self.message.set(message);
    }

    /// Tells the visitor something; what is told of a run comes back after a while.
    pub fn mention(self, saying: impl Fn() -> Text + Send + Sync + 'static) {
        self.say_or_mention(Message { saying: Arc::new(saying), is_trouble: false });
    }

    /// Tells the visitor that something went wrong; what is told of a run comes back after a while.
    pub fn complain(self, saying: impl Fn() -> Text + Send + Sync + 'static) {
        self.say_or_mention(Message { saying: Arc::new(saying), is_trouble: true });
    }

    fn say_or_mention(self, message: Message) {
        if self.phase.get_untracked().is_active() {
            self.in_passing(message);
        } else {
            self.say(message);
        }
    }

    fn in_passing(self, message: Message) {
        self.message.set(message.clone());
        let go_back = move || {
            if self.message.with_untracked(|shown| Arc::ptr_eq(&shown.saying, &message.saying)) {
                self.message.set(self.standing.get_value());
            }
        };
        set_timeout(go_back, IN_PASSING);
    }

    /// The photos in two parts, where they can be trained on and the settings say how.
    pub fn split(self) -> Option<Arc<Arranged>> {
        let settings = (self.form.validation_share.value(), self.form.seed.value());
        matches!(settings, (Some(_), Some(_))).then(|| self.arranged.get().ok()).flatten()
    }

    /// Whether the photos and the settings are those of a run under way, and stay as they are.
    pub fn is_locked(self) -> bool {
        self.phase.get().is_active() || self.ordered.get()
    }

    /// The epoch under way and how many there are, during a run.
    pub fn epoch_under_way(self) -> Option<(usize, usize)> {
        let run = |run: &Run| {
            let total = run.order.config.epochs;
            ((run.epochs.len() + 1).min(total), total)
        };
        if self.phase.get().is_active() { self.run.with(|there| there.as_ref().map(run)) } else { None }
    }
}

impl Default for Message {
    fn default() -> Self {
        Self { saying: silence(), is_trouble: false }
    }
}

impl Phase {
    /// Its name for scripts.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Checking => "checking",
            Self::Checked => "checked",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Whether a run is under way.
    pub fn is_active(self) -> bool {
        matches!(self, Self::Running | Self::Paused)
    }
}

impl Run {
    /// The epochs' records.
    pub fn history(&self) -> Vec<EpochRecord> {
        self.epochs.iter().map(|epoch| epoch.record).collect()
    }

    /// The number of the best epoch.
    pub fn best(&self) -> Option<usize> {
        self.order.config.best_epoch(&self.history()).map(|record| record.epoch)
    }
}
