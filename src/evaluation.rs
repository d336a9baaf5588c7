//! What models make of the same photos: how often each is right, and where two of them disagree.
//!
//! A photo's true class is that of its folder, see [`true_class`].

use std::collections::{BTreeMap, BTreeSet};

use crate::dataset::{class_named, folder_of, same_name, true_class};
use crate::metrics::{ConfusionMatrix, Mean, argmax};
use crate::run::{Answer, Evaluation};

/// Which photos of a folder models are held against.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Those photos, as indices.
    pub photos: Vec<usize>,
    /// Whether their classes are known; where no folder is named after a class, all photos count, without one.
    pub labelled: bool,
    /// Folders that are named after no class, with the number of their photos. Photos in no folder are of "".
    pub left_out: BTreeMap<String, usize>,
}

impl Scope {
    /// The photos whose folder is named after a class of any of the models.
    pub fn of<'a>(paths: &[String], models: impl Iterator<Item = &'a [String]> + Clone) -> Self {
        let is_known = |path: &str| models.clone().any(|classes| true_class(classes, path).is_some());
        let (photos, others): (Vec<usize>, Vec<usize>) = (0..paths.len()).partition(|&photo| is_known(&paths[photo]));
        if photos.is_empty() {
            return Self { photos: others, ..Self::default() };
        }
        let mut left_out = BTreeMap::new();
        for photo in others {
            let folder = folder_of(&paths[photo]).and_then(|folder| folder.rsplit('/').next());
            *left_out.entry(folder.unwrap_or_default().to_owned()).or_default() += 1;
        }
        Self { photos, labelled: true, left_out }
    }
}

/// A model's answers to some photos.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answers {
    /// The model's class names.
    pub classes: Vec<String>,
    /// The probability of each class, by the photo's index.
    pub probabilities: BTreeMap<usize, Vec<f32>>,
    /// The photos whose answers are not sure.
    pub unsure: BTreeSet<usize>,
}

impl Answers {
    /// The most probable class and its probability.
    pub fn top(&self, photo: usize) -> Option<(&str, f32)> {
        let probabilities = self.probabilities.get(&photo)?;
        let top = argmax(probabilities);
        Some((self.classes.get(top)?, *probabilities.get(top)?))
    }

    /// What is on a photo, as far as the model has a class for it.
    pub fn truth(&self, path: &str) -> Option<&str> {
        true_class(&self.classes, path).map(|class| &*self.classes[class])
    }

    /// Whether the answer to a photo is right; none where its class is unknown or there is no answer.
    pub fn is_right(&self, photo: usize, path: &str) -> Option<bool> {
        let class = true_class(&self.classes, path)?;
        Some(argmax(self.probabilities.get(&photo)?) == class)
    }

    /// What the model made of the photos whose class it knows; `paths` are those of all photos.
    pub fn evaluation(&self, paths: &[String]) -> Evaluation {
        let mut confusion = ConfusionMatrix::new(self.classes.len());
        let mut loss = Mean::default();
        let mut answers = Vec::new();
        for (&photo, probabilities) in &self.probabilities {
            let Some(class) = true_class(&self.classes, &paths[photo]) else {
                continue;
            };
            confusion.add(class, argmax(probabilities));
            loss.add(-f64::from(probabilities[class].max(f32::MIN_POSITIVE)).ln(), 1);
            let (path, probabilities) = (paths[photo].clone(), probabilities.clone());
            answers.push(Answer { path, class, probabilities, sure: !self.unsure.contains(&photo) });
        }
        Evaluation { loss: loss.value(), confusion, answers }
    }
}

/// Two models' answers beside each other.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Comparison {
    /// How many photos both have answered.
    pub photos: usize,
    /// The photos for which they name different classes: first those where one of the two is right, and of these, as of
    /// the others, first those where both are sure.
    pub disagreements: Vec<usize>,
}

impl Comparison {
    /// Compares the answers to the same photos; `paths` are those of all photos. None where the models have no class in
    /// common.
    pub fn of(one: &Answers, other: &Answers, paths: &[String]) -> Option<Self> {
        if !one.classes.iter().any(|class| class_named(&other.classes, class).is_some()) {
            return None;
        }
        let both: Vec<_> =
            one.probabilities.keys().filter_map(|&photo| Some((photo, one.top(photo)?, other.top(photo)?))).collect();
        let mut apart: Vec<_> = both
            .iter()
            .filter(|(_, (one, _), (other, _))| !same_name(one, other))
            .map(|&(photo, (_, p), (_, q))| {
                let is_right = |answers: &Answers| answers.is_right(photo, &paths[photo]) == Some(true);
                (photo, is_right(one) || is_right(other), p.min(q))
            })
            .collect();
        apart.sort_by(|(_, right_a, sure_a), (_, right_b, sure_b)| right_b.cmp(right_a).then(sure_b.total_cmp(sure_a)));
        Some(Self { photos: both.len(), disagreements: apart.into_iter().map(|(photo, ..)| photo).collect() })
    }

    /// The share of the photos for which both name the same class; 0 where there are none.
    pub fn agreement(&self) -> f64 {
        (self.photos - self.disagreements.len()) as f64 / self.photos.max(1) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(names: &[&str]) -> Vec<String> {
        names.iter().map(ToString::to_string).collect()
    }

    fn answers(classes: &[&str], probabilities: &[&[f32]]) -> Answers {
        let probabilities = probabilities.iter().map(|values| values.to_vec()).enumerate().collect();
        Answers { classes: owned(classes), probabilities, ..Answers::default() }
    }

    #[test]
    fn folders_are_classes_whatever_their_capitals_and_others_are_left_out() {
        let paths = owned(&["set/Daisy/1.jpg", "set/weeds/2.jpg", "set/weeds/3.jpg", "set/ROSES/4.jpg", "5.jpg"]);
        let (flowers, roses) = (owned(&["daisy", "tulips"]), owned(&["roses"]));
        let scope = Scope::of(&paths, [&flowers[..]].into_iter());
        assert_eq!((scope.photos, scope.labelled), (vec![0], true));
        assert_eq!(scope.left_out, [("", 1), ("ROSES", 1), ("weeds", 2)].map(|(name, n)| (name.to_owned(), n)).into());
        assert_eq!(Scope::of(&paths, [&flowers[..], &roses[..]].into_iter()).photos, [0, 3]);
    }

    #[test]
    fn without_a_folder_of_a_class_all_photos_count() {
        let paths = owned(&["holiday/1.jpg", "2.jpg"]);
        let classes = owned(&["daisy"]);
        let expected = Scope { photos: vec![0, 1], ..Scope::default() };
        assert_eq!(Scope::of(&paths, [&classes[..]].into_iter()), expected);
    }

    #[test]
    fn only_photos_of_the_models_classes_are_counted() {
        let paths = owned(&["a/1.jpg", "b/2.jpg", "c/3.jpg"]);
        let evaluation = answers(&["a", "b"], &[&[0.9, 0.1], &[0.7, 0.3], &[0.5, 0.5]]).evaluation(&paths);
        assert_eq!(evaluation.confusion.rows(), [[1, 0], [1, 0]]);
        assert_eq!(evaluation.answers.len(), 2);
        assert!((evaluation.loss + (0.9_f64.ln() + 0.3_f64.ln()) / 2.0).abs() < 1e-6);
    }

    #[test]
    fn disagreements_are_in_order_of_interest() {
        let paths = owned(&["a/0.jpg", "c/1.jpg", "a/2.jpg", "a/3.jpg", "b/4.jpg"]);
        let one = answers(&["a", "b"], &[&[0.9, 0.1], &[0.9, 0.1], &[0.6, 0.4], &[0.9, 0.1], &[0.2, 0.8]]);
        // The same classes in another order.
        let other = answers(&["B", "A"], &[&[0.2, 0.8], &[0.9, 0.1], &[0.9, 0.1], &[0.8, 0.2], &[0.6, 0.4]]);
        let comparison = Comparison::of(&one, &other, &paths).unwrap();
        // Of photo 1 both are wrong and sure.
        assert_eq!(comparison, Comparison { photos: 5, disagreements: vec![3, 2, 1] });
        assert!((comparison.agreement() - 0.4).abs() < 1e-12);
        assert_eq!(Comparison::of(&one, &answers(&["class 0"], &[&[1.0]]), &paths), None);
    }
}
