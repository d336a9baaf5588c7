//! What the page knows of an evaluation, and how it has the engine answer the photos.
//!
//! A model answers photo after photo; with a second model, that one goes through the same photos after it. Answers are
//! kept by model, so that another choice of models asks only for what is not answered yet.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, VecDeque},
    sync::Arc,
};

use leptos::prelude::*;
use web_sys::File;

use crate::{
    evaluation::{Answers, Comparison, Scope},
    language::Told,
    web::{
        page::{
            intake::{Found, Turns},
            state::SharedBridge,
            thumbnails::Thumbnails,
        },
        protocol::{
            FileHandle, PhotoId, PhotoToClassify,
            evaluation::{EvaluationCommand, EvaluationEvent},
            training::ModelChoice,
        },
        thumbnail::Thumbnail,
    },
};

/// Photos that the engine is told of and has not answered, at most: copying a file's handle takes a while.
const OUT: usize = 40;

/// How far the evaluation is; `body[data-evaluation]` says it to scripts.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// No photos are chosen.
    Idle,
    /// Photos are answered.
    Working,
    /// All are.
    Done,
    /// The visitor has had enough.
    Stopped,
    /// It cannot go on: cause and remedy.
    Failed(Told),
}

/// A model to evaluate.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    /// Which.
    pub choice: ModelChoice,
    /// Its name.
    pub name: String,
    /// Its class names.
    pub classes: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The paths of all photos.
    pub paths: Arc<Vec<String>>,
    /// Those that count.
    pub scope: Scope,
    /// One or two models with their answers.
    pub models: Vec<(Candidate, Arc<Answers>)>,
}

impl Outcome {
    /// Two models' answers beside each other; none where there is one model, or they have no class in common.
    pub fn comparison(&self) -> Option<Comparison> {
        match &self.models[..] {
            [(_, one), (_, other)] => Comparison::of(one, other, &self.paths),
            _ => None,
        }
    }
}

/// Everything about evaluation that the components share.
#[derive(Clone, Copy)]
pub struct Evaluation {
    /// How far it is.
    pub phase: RwSignal<Phase>,
    /// What is chosen, whose files may yet have to be listed.
    pub turns: Turns,
    /// Photos found so far in a folder whose files are listed.
    pub found: RwSignal<usize>,
    /// The photos' paths.
    pub paths: RwSignal<Arc<Vec<String>>>,
    /// The model to evaluate; none means the one in use.
    pub first: RwSignal<Option<ModelChoice>>,
    /// The model to compare it with, unless it is the same.
    pub second: RwSignal<Option<ModelChoice>>,
    /// Answers so far, and how many there will be.
    pub progress: RwSignal<(usize, usize)>,
    /// What came of it, once all is answered.
    pub outcome: RwSignal<Option<Arc<Outcome>>>,
    /// The photos that cannot be read, and why.
    pub unreadable: RwSignal<BTreeMap<usize, Told>>,
    /// The photos' small pictures.
    pub thumbnails: Thumbnails<String>,
    candidates: StoredValue<Vec<Candidate>>,
    files: StoredValue<Vec<File>, LocalStorage>,
    answers: StoredValue<Vec<(ModelChoice, Answers)>>,
    asked: StoredValue<Asked>,
    bridge: SharedBridge,
}

/// What the engine is at.
#[derive(Default)]
struct Asked {
    model: Option<ModelChoice>,
    /// Photos that it has yet to be told of.
    waiting: VecDeque<usize>,
    /// Those that it has yet to answer, by the number that they were given for this once.
    out: HashMap<PhotoId, usize>,
    next_id: PhotoId,
}

impl Evaluation {
    /// No photos.
    pub fn new(bridge: SharedBridge) -> Self {
        Self {
            phase: RwSignal::new(Phase::Idle),
            turns: Turns::new(),
            found: RwSignal::new(0),
            paths: RwSignal::new(Arc::default()),
            first: RwSignal::new(None),
            second: RwSignal::new(None),
            progress: RwSignal::new((0, 0)),
            outcome: RwSignal::new(None),
            unreadable: RwSignal::new(BTreeMap::new()),
            thumbnails: Thumbnails::new(),
            candidates: StoredValue::new(Vec::new()),
            files: StoredValue::new_local(Vec::new()),
            answers: StoredValue::new(Vec::new()),
            asked: StoredValue::new(Asked::default()),
            bridge,
        }
    }

    /// Whether there are photos.
    pub fn has_photos(self) -> bool {
        self.paths.with(|paths| !paths.is_empty())
    }

    /// Takes photos, in place of any other.
    pub fn choose(self, found: Vec<Found>) {
        let (paths, files): (Vec<_>, Vec<_>) = found.into_iter().map(|found| (found.path, found.file)).unzip();
        self.answers.set_value(Vec::new());
        self.unreadable.set(BTreeMap::new());
        self.outcome.set(None);
        self.thumbnails.clear();
        self.files.set_value(files);
        self.paths.set(Arc::new(paths));
    }

    /// Has the photos answered by these models, as far as they are not.
    pub fn run(self, candidates: Vec<Candidate>) {
        self.answers.update_value(|all| {
            for (choice, answers) in all {
                // Classes may have been given other names.
                if let Some(candidate) = candidates.iter().find(|candidate| candidate.choice == *choice) {
                    answers.classes.clone_from(&candidate.classes);
                }
            }
        });
        self.candidates.set_value(candidates);
        if self.paths.with_untracked(|paths| !paths.is_empty()) {
            self.advance();
        }
    }

    /// Asks a new engine for what the last one left unanswered.
    pub fn go_on(self) {
        let was_at_work = self.asked.with_value(|asked| asked.model.is_some());
        if was_at_work || self.phase.get_untracked() == Phase::Working {
            self.advance();
        }
    }

    /// Ends it with the answers that there are.
    pub fn stop(self) {
        self.end();
        self.show();
        self.phase.set(Phase::Stopped);
    }

    /// Says why what was chosen cannot be evaluated; an evaluation under way goes on.
    pub fn fail_to_choose(self, message: Told) {
        if self.phase.get_untracked() != Phase::Working {
            self.outcome.set(None);
            self.phase.set(Phase::Failed(message));
        }
    }

    /// Takes note that no engine runs.
    pub fn fail(self, message: &Told) {
        if self.phase.get_untracked() == Phase::Working {
            self.phase.set(Phase::Failed(message.clone()));
        }
    }

    /// Changes with what the engine says.
    pub fn apply(self, event: EvaluationEvent) {
        match event {
            EvaluationEvent::Refused { model, message } => {
                if self.asked.with_value(|asked| asked.model.as_ref() == Some(&model)) {
                    self.end();
                    self.phase.set(Phase::Failed(message.into()));
                }
            }
            EvaluationEvent::Answer { id, probabilities, sure, thumbnail } => {
                if let Some((model, photo)) = self.answered(id) {
                    self.keep(model, photo, (probabilities, sure), thumbnail);
                    self.step();
                }
            }
            EvaluationEvent::PhotoFailed { id, message } => {
                if let Some((_, photo)) = self.answered(id) {
                    self.unreadable.update(|unreadable| drop(unreadable.insert(photo, message.into())));
                    self.step();
                }
            }
        }
    }

    /// Which model and photo an answer is about; none where it is no longer wanted.
    fn answered(self, id: PhotoId) -> Option<(ModelChoice, usize)> {
        self.asked.try_update_value(|asked| Some((asked.model.clone()?, asked.out.remove(&id)?))).flatten()
    }

    fn keep(self, model: ModelChoice, photo: usize, (probabilities, sure): (Vec<f32>, bool), thumbnail: Thumbnail) {
        let path = self.paths.with_untracked(|paths| paths.get(photo).cloned());
        self.answers.update_value(|all| {
            let is_new = !all.iter().any(|(_, answers)| answers.probabilities.contains_key(&photo));
            if let Some(path) = path.filter(|_| is_new) {
                self.thumbnails.insert(path, thumbnail);
            }
            if let Some((_, answers)) = all.iter_mut().find(|(choice, _)| *choice == model) {
                answers.probabilities.insert(photo, probabilities);
                if !sure {
                    answers.unsure.insert(photo);
                }
            }
        });
    }

    /// Goes on after an answer.
    fn step(self) {
        self.progress.update(|(done, _)| *done += 1);
        self.post();
        if self.asked.with_value(|asked| asked.out.is_empty()) {
            self.advance();
        }
    }

    /// Has the next model answer what it has not, or shows what came of it.
    fn advance(self) {
        let candidates = self.candidates.get_value();
        let scope = self.scope(&candidates);
        let (mut left, mut next) = (0, None);
        for candidate in &candidates {
            let todo = self.unanswered(candidate, &scope);
            left += todo.len();
            if next.is_none() && !todo.is_empty() {
                next = Some((candidate, todo));
            }
        }
        let total = scope.photos.len() * candidates.len();
        self.progress.set((total - left, total));
        match next {
            Some((candidate, todo)) => self.begin(candidate, todo),
            // Before the network is ready there is no model.
            None if candidates.is_empty() => self.phase.set(Phase::Working),
            None => {
                self.end();
                self.show();
                self.phase.set(Phase::Done);
            }
        }
    }

    fn scope(self, candidates: &[Candidate]) -> Scope {
        let classes = candidates.iter().map(|candidate| &candidate.classes[..]);
        self.paths.with_untracked(|paths| Scope::of(paths, classes))
    }

    fn unanswered(self, candidate: &Candidate, scope: &Scope) -> VecDeque<usize> {
        self.answers.with_value(|all| {
            let answers = all.iter().find(|(choice, _)| *choice == candidate.choice).map(|(_, answers)| answers);
            self.unreadable.with_untracked(|unreadable| {
                let is_done = |photo: &usize| {
                    unreadable.contains_key(photo)
                        || answers.is_some_and(|answers| answers.probabilities.contains_key(photo))
                };
                scope.photos.iter().copied().filter(|photo| !is_done(photo)).collect()
            })
        })
    }

    fn begin(self, candidate: &Candidate, waiting: VecDeque<usize>) {
        let choice = candidate.choice.clone();
        self.answers.update_value(|all| {
            if !all.iter().any(|(known, _)| *known == choice) {
                let classes = candidate.classes.clone();
                all.push((choice.clone(), Answers { classes, ..Answers::default() }));
            }
        });
        self.asked.update_value(|asked| {
            let next_id = asked.next_id;
            *asked = Asked { model: Some(choice.clone()), waiting, out: HashMap::new(), next_id };
        });
        self.outcome.set(None);
        self.phase.set(Phase::Working);
        self.tell(EvaluationCommand::Begin(choice));
        self.post();
    }

    /// Tells the engine of more photos, once it has answered half of those that it knows.
    fn post(self) {
        let photos = self.asked.try_update_value(|asked| {
            let room = OUT - asked.out.len();
            if room < OUT / 2 {
                return Vec::new();
            }
            let more = room.min(asked.waiting.len());
            let photos: Vec<_> = asked.waiting.drain(..more).collect();
            let mut numbered = Vec::with_capacity(more);
            for photo in photos {
                asked.out.insert(asked.next_id, photo);
                numbered.push((asked.next_id, photo));
                asked.next_id = asked.next_id.wrapping_add(1);
            }
            numbered
        });
        let photos = self.files.with_value(|files| {
            let photo = |(id, photo): (PhotoId, usize)| {
                files.get(photo).map(|file| PhotoToClassify { id, file: FileHandle(file.clone()) })
            };
            photos.unwrap_or_default().into_iter().filter_map(photo).collect::<Vec<_>>()
        });
        if !photos.is_empty() {
            self.tell(EvaluationCommand::Photos(photos));
        }
    }

    fn end(self) {
        self.asked.update_value(|asked| {
            let next_id = asked.next_id;
            *asked = Asked { next_id, ..Asked::default() };
        });
        self.tell(EvaluationCommand::End);
    }

    fn show(self) {
        let candidates = self.candidates.get_value();
        let scope = self.scope(&candidates);
        let counts: BTreeSet<usize> = scope.photos.iter().copied().collect();
        let models = candidates
            .into_iter()
            .map(|candidate| {
                let mut answers = self.answers.with_value(|all| {
                    let known = all.iter().find(|(choice, _)| *choice == candidate.choice);
                    known.map(|(_, answers)| answers.clone()).unwrap_or_default()
                });
                answers.probabilities.retain(|photo, _| counts.contains(photo));
                (candidate, Arc::new(answers))
            })
            .collect();
        self.outcome.set(Some(Arc::new(Outcome { paths: self.paths.get_untracked(), scope, models })));
    }

    fn tell(self, command: EvaluationCommand) {
        self.bridge.with_value(|bridge| bridge.as_ref().map(|bridge| bridge.evaluate(command)));
    }
}
