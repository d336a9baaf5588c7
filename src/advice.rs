//! What the figures of a run mean, in words, and what to try.

use rust_i18n::t;

use crate::dataset_report::findings::IMBALANCED;
use crate::metrics::ConfusionMatrix;
use crate::run::{EpochRecord, Mode, TrainingConfig};
use crate::words;

/// Epochs until something that is usual at first is a bad sign.
const PATIENCE: usize = 3;
/// A training loss this many times that of the first epoch, or of guessing, has gone up.
const RISEN: f64 = 1.05;
/// A training loss this many times that of guessing has nothing to do with learning any more.
const DIVERGED: f64 = 10.0;
/// The largest learning rate that the forms take.
pub const LARGEST_LEARNING_RATE: f64 = 1.0;
/// With fewer validation photos one photo more or less moves the accuracy by over 4 %.
const FEW_VALIDATION_PHOTOS: usize = 25;
/// More digits than this are no help.
const MOST_DIGITS: f64 = 20.0;

/// A run after some epoch.
pub struct Course<'a> {
    /// The class names.
    pub classes: &'a [String],
    /// How many photos of each class are learned from.
    pub train_photos: &'a [usize],
    /// How it is trained.
    pub config: &'a TrainingConfig,
    /// All epochs so far.
    pub history: &'a [EpochRecord],
    /// Which class was taken for which after the last epoch.
    pub confusion: &'a ConfusionMatrix,
    /// Whether the run is over, so that it cannot be stopped any more.
    pub is_over: bool,
}

/// Everything that gives cause for concern, what weighs most first.
pub fn advice(course: &Course) -> Vec<String> {
    let diverging = diverging(course);
    // What a run that diverges answers says nothing.
    let one_class = one_class_only(course).filter(|_| diverging.is_none());
    let said_by_that = one_class.is_some() || diverging.is_some();
    [
        diverging,
        one_class,
        learns_nothing(course).filter(|_| !said_by_that),
        overfitting(course),
        crowded_out(course).filter(|_| !said_by_that),
        few_validation_photos(course),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The loss of somebody who knows nothing.
fn guessing(course: &Course) -> f64 {
    (course.classes.len() as f64).ln()
}

/// The loss is beyond that of guessing, and not on its way back.
fn diverging(course: &Course) -> Option<String> {
    let last = course.history.last()?;
    let (loss, guessing) = (last.train_loss, guessing(course));
    let lowest = course.history.iter().min_by(|a, b| a.train_loss.total_cmp(&b.train_loss))?;
    let first = course.history.first()?.train_loss;
    let what = if loss > guessing * DIVERGED {
        t!("advice.diverges", loss = written(loss), guessing = guessing : {:.2})
    } else if loss > lowest.train_loss.max(guessing) * RISEN {
        t!("advice.rising", epoch = lowest.epoch, from = written(lowest.train_loss), to = written(loss))
    } else if course.history.len() >= PATIENCE && loss > guessing * RISEN && loss > first * 0.9 {
        let epochs = course.history.len();
        t!("advice.above_guessing", epochs = epochs, loss = written(loss), guessing = guessing : {:.2})
    } else {
        return None;
    };
    let rate = rounded(course.config.learning_rate / 10.0);
    let advice = match course.is_over {
        true => t!("advice.try_a_tenth", what = what, rate = rate),
        false => t!("advice.stop_and_try_a_tenth", what = what, rate = rate),
    };
    Some(advice.into())
}

/// Three times the learning rate, where the forms take that.
fn raised(course: &Course) -> Option<String> {
    let rate = course.config.learning_rate * 3.0;
    (rate <= LARGEST_LEARNING_RATE).then(|| rounded(rate))
}

fn one_class_only(course: &Course) -> Option<String> {
    let classes = 0..course.classes.len();
    let mut predicted = classes.clone().filter(|&class| course.confusion.precision(class).is_some());
    let (only, others) = (predicted.next()?, predicted.next());
    let present = classes.filter(|&class| course.confusion.recall(class).is_some()).count();
    (others.is_none() && present > 1).then(|| {
        let only = &course.classes[only];
        if course.history.len() < PATIENCE {
            return match course.is_over {
                false => t!("advice.one_class_at_first", class = only),
                true => t!("advice.one_class_too_early", class = only),
            }
            .into();
        }
        let start = match course.config.mode {
            Mode::Scratch => t!("advice.fine_tune_instead"),
            Mode::Full => t!("advice.head_instead"),
            Mode::Head => t!("advice.full_instead"),
        };
        let mut rates = vec![rounded(course.config.learning_rate / 3.0)];
        rates.extend(raised(course));
        t!("advice.one_class", class = only, rates = rates.join(&t!("list.or")), start = start).into()
    })
}

fn learns_nothing(course: &Course) -> Option<String> {
    let last = course.history.last()?;
    let stands_still = last.train_loss > 0.97 * guessing(course) && last.train_loss <= guessing(course) * RISEN;
    (course.history.len() >= PATIENCE && stands_still).then(|| {
        let remedy = match (course.config.mode, raised(course)) {
            (Mode::Scratch, _) => t!("advice.scratch_takes_long"),
            (_, Some(rate)) => t!("advice.three_times", rate = rate),
            (_, None) => t!("advice.a_tenth", rate = rounded(course.config.learning_rate / 10.0)),
        };
        let epochs = course.history.len();
        t!("advice.still_guessing", epochs = epochs, loss = last.train_loss : {:.2}, remedy = remedy).into()
    })
}

fn overfitting(course: &Course) -> Option<String> {
    let last = course.history.last()?;
    let lowest = course.history.iter().min_by(|a, b| a.validation_loss.total_cmp(&b.validation_loss))?;
    let falls = last.train_loss < lowest.train_loss;
    let rises = last.validation_loss > lowest.validation_loss * RISEN;
    (last.epoch >= lowest.epoch + PATIENCE && falls && rises).then(|| {
        let mut remedies = vec![t!("advice.fewer_epochs"), t!("advice.more_photos")];
        if !course.config.augment && course.config.mode != Mode::Head {
            remedies.push(t!("advice.augmentation"));
        }
        t!("advice.overfitting", epoch = lowest.epoch, remedies = remedies.join(&t!("list.or"))).into()
    })
}

fn crowded_out(course: &Course) -> Option<String> {
    let largest = *course.train_photos.iter().max()?;
    let crowded = (0..course.classes.len()).find(|&class| {
        course.train_photos[class] * IMBALANCED <= largest && course.confusion.recall(class) == Some(0.0)
    })?;
    let (class, count) = (&course.classes[crowded], course.train_photos[crowded]);
    Some(t!("advice.crowded_out", class = class, count = count, largest = largest).into())
}

fn few_validation_photos(course: &Course) -> Option<String> {
    let count = course.confusion.count();
    (count < FEW_VALIDATION_PHOTOS && count > 0).then(|| {
        let points = format!("{:.1}", 100.0 / count as f64);
        let points = points.trim_end_matches(".0");
        match count {
            1 => t!("advice.one_validation_photo", points = points),
            count => t!("advice.few_validation_photos", count = count, points = points),
        }
        .into()
    })
}

/// A loss, whatever its size.
fn written(loss: f64) -> String {
    words::loss(loss, 3)
}

/// Two digits that count, unless the rate is next to nothing.
fn rounded(rate: f64) -> String {
    let digits = (1.0 - rate.log10().floor()).clamp(0.0, MOST_DIGITS) as usize;
    let text = format!("{rate:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The advice on epochs of these training and validation losses, with these validation photos as (true, predicted).
    fn advise(losses: &[(f64, f64)], answers: &[(usize, usize)], config: &TrainingConfig) -> Vec<String> {
        advise_at(losses, answers, config, false)
    }

    /// The same, while the run goes its way or after it.
    fn advise_at(
        losses: &[(f64, f64)],
        answers: &[(usize, usize)],
        config: &TrainingConfig,
        is_over: bool,
    ) -> Vec<String> {
        let record = |(index, &(train_loss, validation_loss))| EpochRecord {
            epoch: index + 1,
            train_loss,
            validation_loss,
            validation_accuracy: 0.5,
        };
        let history: Vec<_> = losses.iter().enumerate().map(record).collect();
        let classes = ["a", "b"].map(String::from);
        let mut confusion = ConfusionMatrix::new(2);
        for &(truth, predicted) in answers {
            confusion.add(truth, predicted);
        }
        let train_photos = &[90, 30];
        advice(&Course { classes: &classes, train_photos, config, history: &history, confusion: &confusion, is_over })
    }

    fn well() -> Vec<(usize, usize)> {
        [(0, 0), (1, 1), (0, 1)].repeat(10)
    }

    #[test]
    fn a_run_that_goes_well_needs_no_advice() {
        assert!(advise(&[(0.6, 0.6), (0.5, 0.55)], &well(), &TrainingConfig::default()).is_empty());
    }

    #[test]
    fn one_class_only_is_usual_at_first_and_told_with_remedies_later() {
        let one_class = [(0, 0), (1, 0)].repeat(20);
        let config = TrainingConfig { mode: Mode::Full, ..TrainingConfig::default() };
        let first = advise(&[(0.69, 0.69)], &one_class, &config);
        assert!(first.len() == 1 && first[0].contains("`a`") && first[0].contains("usual"), "{first:?}");
        let later = advise(&[(0.69, 0.69); 3], &one_class, &config);
        assert!(later.len() == 1 && later[0].contains("0.000067 or 0.0006"), "{later:?}");
        // Validation photos of one class cannot show it.
        assert!(advise(&[(0.69, 0.69)], &[(0, 0); 30], &config).is_empty());
    }

    #[test]
    fn losses_that_go_the_wrong_way_are_told() {
        let config = TrainingConfig { augment: false, ..TrainingConfig::default() };
        let rising = advise(&[(0.7, 0.7), (1.4, 1.4)], &well(), &config);
        assert!(rising.len() == 1 && rising[0].contains("too large"), "{rising:?}");
        let by_heart = advise(&[(0.5, 0.5), (0.4, 0.6), (0.3, 0.7), (0.2, 0.8)], &well(), &config);
        assert!(by_heart.len() == 1 && by_heart[0].contains("Since epoch 1"), "{by_heart:?}");
        assert!(by_heart[0].contains("mirror images"), "{by_heart:?}");
        let still = advise(&[(0.69, 0.69); 3], &well(), &config);
        assert!(still.len() == 1 && still[0].contains("guessing"), "{still:?}");
    }

    #[test]
    fn a_run_that_diverges_is_told_with_a_rate_that_the_form_takes() {
        let one_class = [(0, 0), (1, 0)].repeat(20);
        let config = TrainingConfig { learning_rate: 1.0, ..TrainingConfig::default() };
        // It falls, and is still out of all proportion.
        let diverged = [(9.8e17, 9.0e17), (3.0e9, 3.0e9), (5.9e4, 5.9e4)];
        for (is_over, how) in [(false, "Stop, and try"), (true, "diverges. Try")] {
            let told = advise_at(&diverged, &one_class, &config, is_over);
            assert!(told.len() == 1 && told[0].contains("5.9e4") && told[0].contains(how), "{told:?}");
            assert!(told[0].ends_with("a tenth of the learning rate, 0.1."), "{told:?}");
        }
        let above = advise(&[(2.9, 2.9), (2.8, 2.8), (2.8, 2.8)], &well(), &config);
        assert!(above.len() == 1 && above[0].contains("still above that of guessing"), "{above:?}");
        // It comes down: patience.
        assert!(advise(&[(5.0, 5.0), (3.0, 3.0), (1.5, 1.5)], &well(), &config).is_empty());
        for losses in [[(0.69, 0.69); 3], [(0.6, 0.6); 3]] {
            for told in advise(&losses, &one_class, &config) {
                assert!(!told.contains("or 3") && !told.contains("three times"), "{told}");
            }
        }
    }

    #[test]
    fn a_run_that_is_over_cannot_be_waited_for() {
        let one_class = [(0, 0), (1, 0)].repeat(20);
        let told = advise_at(&[(0.6, 0.6)], &one_class, &TrainingConfig::default(), true);
        assert!(told.len() == 1 && told[0].contains("train for more"), "{told:?}");
    }

    #[test]
    fn a_small_class_that_is_never_recognised_is_told() {
        let crowded = [(0, 0), (0, 1), (1, 0)].repeat(10);
        let told = advise(&[(0.5, 0.5)], &crowded, &TrainingConfig::default());
        assert!(told.len() == 1 && told[0].contains("`b`") && told[0].contains("30"), "{told:?}");
        let few = advise(&[(0.5, 0.5)], &well()[..10], &TrainingConfig::default());
        assert!(few.len() == 1 && few[0].contains("by 10 points"), "{few:?}");
    }
}
