//! The list of results: what became of each photo, and in which order the list is shown.

mod export;

use std::{cmp::Ordering, collections::BTreeMap, sync::Arc};

use crate::language::Told;

/// Names one photo for as long as the page is open; never given twice.
pub type PhotoId = u32;

/// All photos, in the order in which they were added.
#[derive(Debug, Default)]
pub struct Results {
    photos: Vec<Photo>,
    next_id: PhotoId,
}

/// A photo and what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Photo {
    /// Its name in the list.
    pub id: PhotoId,
    /// The file's name, without folders.
    pub name: String,
    /// The file's path inside the folder that was dropped; the name again where it came alone.
    pub path: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a photo.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Nothing yet.
    Waiting,
    /// The network's answer.
    Answered(Answer),
    /// Why there is no answer.
    Failed(Told),
}

/// The network's answer for one photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    model: Arc<AnsweringModel>,
    probabilities: Vec<f32>,
    top: usize,
    /// Whether the network is sure; else the photo perhaps shows none of its classes.
    pub sure: bool,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
}

/// The model behind an answer, shared by all answers it gave.
#[derive(Debug, PartialEq)]
pub struct AnsweringModel {
    /// Its name.
    pub name: String,
    /// Its class names, in the order of the probabilities.
    pub classes: Vec<String>,
}

/// How the list is ordered. Photos without an answer come last, the failed before the waiting.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// As the photos were added, whatever became of them.
    #[default]
    Added,
    /// By file name, whatever became of them.
    Name,
    /// By class, the surest first within one.
    Class,
    /// The surest first.
    Confidence,
}

/// Which photos the list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Filter {
    /// All of them.
    #[default]
    All,
    /// Those whose top class is this one.
    Class(String),
    /// Those that could not be classified.
    Failed,
}

/// How many photos there are of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Photos by their top class, by name; classes without photos are not listed.
    pub classes: BTreeMap<String, usize>,
    /// Photos that could not be classified.
    pub failed: usize,
    /// Photos without an answer.
    pub waiting: usize,
}

impl Counts {
    /// Photos that are done, well or badly.
    pub fn done(&self) -> usize {
        self.classes.values().sum::<usize>() + self.failed
    }

    /// All photos.
    pub fn total(&self) -> usize {
        self.done() + self.waiting
    }
}

impl Answer {
    /// The answer of `model`, or `None` where there is not one probability for each of its classes.
    pub fn new(model: &Arc<AnsweringModel>, probabilities: Vec<f32>, sure: bool, milliseconds: f64) -> Option<Self> {
        if probabilities.len() != model.classes.len() {
            return None;
        }
        // Of several with the same, the first, as everywhere.
        let classes = (0..probabilities.len()).rev();
        let top = classes.max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]))?;
        Some(Self { model: Arc::clone(model), probabilities, top, sure, milliseconds })
    }

    /// The class with the highest probability.
    pub fn label(&self) -> &str {
        &self.model.classes[self.top]
    }

    /// The probability of [`Answer::label`], 0 to 1.
    pub fn probability(&self) -> f32 {
        self.probabilities[self.top]
    }

    /// Every class with its probability, the likeliest first.
    pub fn ranked(&self) -> Vec<(&str, f32)> {
        let mut ranked: Vec<_> = self.by_class().collect();
        ranked.sort_by(|a, b| b.1.total_cmp(&a.1));
        ranked
    }

    fn by_class(&self) -> impl Iterator<Item = (&str, f32)> {
        self.model.classes.iter().map(String::as_str).zip(self.probabilities.iter().copied())
    }
}

impl Photo {
    /// Whether nothing has become of it yet.
    pub fn is_waiting(&self) -> bool {
        self.outcome == Outcome::Waiting
    }

    fn answer(&self) -> Option<&Answer> {
        match &self.outcome {
            Outcome::Answered(answer) => Some(answer),
            Outcome::Waiting | Outcome::Failed(_) => None,
        }
    }

    /// The answered, then the failed, then the waiting.
    fn rank(&self) -> u8 {
        match self.outcome {
            Outcome::Answered(_) => 0,
            Outcome::Failed(_) => 1,
            Outcome::Waiting => 2,
        }
    }
}

impl Filter {
    fn lets_through(&self, photo: &Photo) -> bool {
        match self {
            Self::All => true,
            Self::Class(class) => photo.answer().is_some_and(|answer| answer.label() == class),
            Self::Failed => matches!(photo.outcome, Outcome::Failed(_)),
        }
    }
}

impl Results {
    /// Adds a photo at the end of the list, waiting for its answer.
    pub fn add(&mut self, name: String, path: String) -> PhotoId {
        let id = self.next_id;
        self.next_id += 1;
        self.photos.push(Photo { id, name, path, outcome: Outcome::Waiting });
        id
    }

    /// Says what became of a photo. False where the list does not know it (any more).
    pub fn settle(&mut self, id: PhotoId, outcome: Outcome) -> bool {
        let Ok(place) = self.place(id) else { return false };
        self.photos[place].outcome = outcome;
        true
    }

    /// Forgets the photos that wait; says how many they were.
    pub fn drop_waiting(&mut self) -> usize {
        let before = self.photos.len();
        self.photos.retain(|photo| !photo.is_waiting());
        before - self.photos.len()
    }

    /// Forgets all photos.
    pub fn clear(&mut self) {
        self.photos.clear();
    }

    /// The photo of that name, if the list (still) holds it.
    pub fn get(&self, id: PhotoId) -> Option<&Photo> {
        self.place(id).ok().map(|place| &self.photos[place])
    }

    /// Whether there are no photos.
    pub fn is_empty(&self) -> bool {
        self.photos.is_empty()
    }

    /// The photos that `filter` lets through, in `order`.
    pub fn arranged(&self, order: Order, filter: &Filter) -> Vec<&Photo> {
        let mut photos: Vec<_> = self.photos.iter().filter(|photo| filter.lets_through(photo)).collect();
        match order {
            Order::Added => {}
            Order::Name => photos.sort_by_cached_key(|photo| photo.name.to_lowercase()),
            Order::Class => photos.sort_by(|a, b| by_class(a, b).then_with(|| by_confidence(a, b))),
            Order::Confidence => photos.sort_by(|a, b| by_confidence(a, b)),
        }
        photos
    }

    /// How many photos there are of each kind.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for photo in &self.photos {
            match &photo.outcome {
                Outcome::Waiting => counts.waiting += 1,
                Outcome::Failed(_) => counts.failed += 1,
                Outcome::Answered(answer) => match counts.classes.get_mut(answer.label()) {
                    Some(count) => *count += 1,
                    None => {
                        counts.classes.insert(answer.label().to_owned(), 1);
                    }
                },
            }
        }
        counts
    }

    fn place(&self, id: PhotoId) -> Result<usize, usize> {
        self.photos.binary_search_by_key(&id, |photo| photo.id)
    }
}

fn by_class(a: &Photo, b: &Photo) -> Ordering {
    a.rank().cmp(&b.rank()).then_with(|| a.answer().map(Answer::label).cmp(&b.answer().map(Answer::label)))
}

fn by_confidence(a: &Photo, b: &Photo) -> Ordering {
    let probability = |photo: &Photo| photo.answer().map_or(0.0, Answer::probability);
    a.rank().cmp(&b.rank()).then_with(|| probability(b).total_cmp(&probability(a)))
}

#[cfg(test)]
mod tests {
    use super::*;

    pub fn model(classes: &[&str]) -> Arc<AnsweringModel> {
        Arc::new(AnsweringModel {
            name: "test".to_owned(),
            classes: classes.iter().map(|&class| class.to_owned()).collect(),
        })
    }

    pub fn add(results: &mut Results, name: &str) -> PhotoId {
        results.add(name.to_owned(), format!("folder/{name}"))
    }

    pub fn answered(model: &Arc<AnsweringModel>, probabilities: &[f32]) -> Outcome {
        Outcome::Answered(Answer::new(model, probabilities.to_vec(), probabilities != [0.25, 0.75], 12.34).unwrap())
    }

    /// b.jpg rose 0.6, a.jpg daisy 0.9, c.jpg failed, A.jpg waiting, a.jpg rose 0.8.
    pub fn sample() -> Results {
        let flowers = model(&["daisy", "rose"]);
        let mut results = Results::default();
        let ids: Vec<_> =
            ["b.jpg", "a.jpg", "c.jpg", "A.jpg", "a.jpg"].iter().map(|name| add(&mut results, name)).collect();
        assert!(results.settle(ids[0], answered(&flowers, &[0.4, 0.6])));
        assert!(results.settle(ids[1], answered(&flowers, &[0.9, 0.1])));
        assert!(results.settle(ids[2], Outcome::Failed("no photo, \"really\"".to_owned().into())));
        assert!(results.settle(ids[4], answered(&flowers, &[0.2, 0.8])));
        results
    }

    fn ids(photos: Vec<&Photo>) -> Vec<PhotoId> {
        photos.iter().map(|photo| photo.id).collect()
    }

    #[test]
    fn orders_keep_equals_as_added_and_the_unanswered_last() {
        let results = sample();
        let arranged = |order| ids(results.arranged(order, &Filter::All));
        assert_eq!(arranged(Order::Added), [0, 1, 2, 3, 4]);
        assert_eq!(arranged(Order::Name), [1, 3, 4, 0, 2]);
        assert_eq!(arranged(Order::Class), [1, 4, 0, 2, 3]);
        assert_eq!(arranged(Order::Confidence), [1, 4, 0, 2, 3]);
    }

    #[test]
    fn filters_by_class_and_by_failure() {
        let results = sample();
        let filtered = |filter| ids(results.arranged(Order::Added, &filter));
        assert_eq!(filtered(Filter::Class("rose".to_owned())), [0, 4]);
        assert!(filtered(Filter::Class("tulip".to_owned())).is_empty());
        assert_eq!(filtered(Filter::Failed), [2]);
    }

    #[test]
    fn counts_every_photo_once() {
        let counts = sample().counts();
        assert_eq!(counts.classes, BTreeMap::from([("daisy".to_owned(), 1), ("rose".to_owned(), 2)]));
        assert_eq!((counts.failed, counts.waiting, counts.done(), counts.total()), (1, 1, 4, 5));
    }

    #[test]
    fn names_are_never_given_twice_and_forgotten_photos_stay_forgotten() {
        let mut results = sample();
        assert_eq!(results.drop_waiting(), 1);
        assert!(!results.settle(3, Outcome::Failed("late".to_owned().into())));
        results.clear();
        assert!(results.is_empty() && results.get(0).is_none());
        assert_eq!(add(&mut results, "new.jpg"), 5);
    }

    #[test]
    fn an_answer_needs_a_probability_for_each_class() {
        assert_eq!(Answer::new(&model(&["daisy", "rose"]), vec![1.0], true, 0.0), None);
        assert_eq!(Answer::new(&model(&[]), vec![], true, 0.0), None);
        let undecided = Answer::new(&model(&["a", "b", "c"]), vec![0.2, 0.4, 0.4], true, 0.0).unwrap();
        assert_eq!(undecided.label(), "b");
        let answer = Answer::new(&model(&["a", "b", "c"]), vec![0.2, 0.7, 0.1], true, 0.0).unwrap();
        assert_eq!(answer.ranked(), [("b", 0.7), ("a", 0.2), ("c", 0.1)]);
    }
}
