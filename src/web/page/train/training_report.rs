//! The report of a training: one HTML file that needs nothing else, to read, print or send.

use maud::{DOCTYPE, Markup, PreEscaped, html};
use rust_i18n::t;

use crate::error::Result;
use crate::language::Language;
use crate::metrics::ConfusionMatrix;
use crate::plot;
use crate::run::{EpochRecord, Mode, Recipe, TrainingConfig};
use crate::web::protocol::training::{KeptModel, KeptRun};
use crate::words::{loss, percent};

/// Ink on paper in the page's colours, without its dark theme: a report is also printed.
const STYLE: &str = r#"
:root { color-scheme: light; --ink: #1e2a23; --faded: #56635a; --line: #d9d2bf; --leaf: #23613f; --wash: #e3ecdf; }
* { box-sizing: border-box; }
body {
  max-width: 52rem; margin: 0 auto; padding: 2.5rem 1.25rem; background: #fff; color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
  overflow-wrap: anywhere; print-color-adjust: exact; -webkit-print-color-adjust: exact;
}
h1, h2 { font: 500 2.2rem/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; }
h1 { margin: 0; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.35rem; break-after: avoid; }
.lead, .note, figcaption, footer { color: var(--faded); }
.lead { margin: .5rem 0 0; font-size: 1.1rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.5rem; margin: 0; }
dt { color: var(--faded); }
dd { margin: 0; }
figure { margin: 0 0 .6rem; overflow-x: auto; break-inside: avoid; }
svg { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .3rem clamp(.3rem, 1.5vw, .8rem); border-bottom: 1px solid var(--line); text-align: right; }
th { font-weight: 400; }
th { overflow-wrap: break-word; }
td { white-space: nowrap; }
th:first-child { padding-left: 0; text-align: left; }
thead th { color: var(--faded); vertical-align: bottom; }
tr { break-inside: avoid; }
.best > * { background: var(--wash); font-weight: 600; }
.confusion td { background: color-mix(in srgb, var(--leaf) calc(var(--share) * 60%), transparent); }
.confusion .right { font-weight: 600; }
footer { margin-top: 2.5rem; padding-top: 1rem; border-top: 1px solid var(--line); font-size: .9rem; }
"#;

/// The report of the training that a model came of.
///
/// # Errors
/// [`crate::Error::Plot`] where the curve cannot be drawn.
pub fn html(model: &KeptModel, run: &KeptRun) -> Result<String> {
    let curve = plot::training_curve(&run.history)?;
    let names = model.classes.join(&t!("list.separator"));
    let classes = t!("training_report.classes_named", count = model.classes.len(), classes = names);
    let photos = t!("training_report.photos_split", train = run.train_photos, validation = run.confusion.count());
    let page = html! {
        (DOCTYPE)
        html lang=(Language::spoken().tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (t!("training_report.title", name = model.name)) }
                style { (PreEscaped(STYLE)) }
            }
            body {
                h1 { (model.name) }
                p class="lead" {
                    (t!("training_report.lead", count = run.confusion.count(), accuracy = percent(run.confusion.accuracy())))
                }
                h2 { (t!("training_report.model")) }
                dl {
                    dt { (t!("training_report.trained")) } dd { (date(model.created)) }
                    dt { (t!("training_report.network")) } dd { (t!("training_report.network_about")) }
                    dt { (t!("training_report.classes")) } dd { (classes) }
                    dt { (t!("training_report.photos")) } dd { (photos) }
                    @if let Some(start) = &run.start {
                        dt { (t!("training_report.start")) } dd { (start) }
                    }
                }
                h2 { (t!("training_report.settings")) }
                (settings(&run.config))
                h2 { (t!("training_report.epochs")) }
                figure { (PreEscaped(curve)) }
                (epochs(&run.history, run.epoch.epoch))
                h2 { (t!("training_report.confusion")) }
                (confusion_matrix(&run.confusion, &model.classes))
                h2 { (t!("training_report.classes")) }
                (per_class(&run.confusion, &model.classes))
                footer { (t!("training_report.footer")) }
            }
        }
    };
    Ok(page.into_string())
}

fn settings(config: &TrainingConfig) -> Markup {
    let mode = match config.mode {
        Mode::Scratch => t!("training_report.scratch"),
        Mode::Full => t!("training_report.full"),
        Mode::Head => t!("training_report.head"),
    };
    let recipe = match config.recipe {
        Recipe::Tutorial => t!("training_report.tutorial"),
        Recipe::Best => t!("training_report.best"),
    };
    html! {
        dl {
            dt { (t!("training_report.mode")) } dd { (mode) }
            dt { (t!("training_report.recipe")) } dd { (recipe) }
            dt { (t!("training_report.epochs")) } dd { (config.epochs) }
            dt { (t!("training_report.batch_size")) } dd { (config.batch_size) }
            dt { (t!("training_report.learning_rate")) } dd { (config.learning_rate) }
            dt { (t!("training_report.seed")) } dd { (config.seed) }
            dt { (t!("training_report.augmentation")) } dd {
                @if config.augments() { (t!("training_report.augmented")) } @else { (t!("training_report.not_augmented")) }
            }
        }
    }
}

fn epochs(history: &[EpochRecord], best: usize) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (t!("training_report.epoch")) }
                    th scope="col" { (t!("training_report.training_loss")) }
                    th scope="col" { (t!("training_report.validation_loss")) }
                    th scope="col" { (t!("training_report.validation_accuracy")) }
                }
            }
            tbody {
                @for record in history {
                    tr class=[(record.epoch == best).then_some("best")] {
                        th scope="row" {
                            @if record.epoch == best {
                                (t!("training_report.best_kept", epoch = record.epoch))
                            } @else {
                                (record.epoch)
                            }
                        }
                        td { (loss(record.train_loss, 4)) }
                        td { (loss(record.validation_loss, 4)) }
                        td { (percent(record.validation_accuracy)) }
                    }
                }
            }
        }
    }
}

fn confusion_matrix(confusion: &ConfusionMatrix, classes: &[String]) -> Markup {
    html! {
        figure {
            table class="confusion" {
                thead {
                    tr {
                        th scope="col" { (t!("training_report.photos_of")) }
                        @for name in classes { th scope="col" { (name) } }
                    }
                }
                tbody {
                    @for (class, (name, row)) in classes.iter().zip(confusion.rows()).enumerate() {
                        tr {
                            th scope="row" { (name) }
                            @for (predicted, count) in row.iter().enumerate() {
                                td class=[(predicted == class).then_some("right")]
                                    style={ "--share:" (format_args!("{:.3}", share(*count, row))) } { (count) }
                            }
                        }
                    }
                }
            }
            figcaption { (t!("training_report.confusion_about")) }
        }
    }
}

fn per_class(confusion: &ConfusionMatrix, classes: &[String]) -> Markup {
    html! {
        table {
            thead {
                tr {
                    th scope="col" { (t!("training_report.class")) }
                    th scope="col" { (t!("training_report.validation_photos")) }
                    th scope="col" { (t!("training_report.recall")) }
                    th scope="col" { (t!("training_report.precision")) }
                }
            }
            tbody {
                @for (class, (name, row)) in classes.iter().zip(confusion.rows()).enumerate() {
                    tr {
                        th scope="row" { (name) }
                        td { (row.iter().sum::<usize>()) }
                        td { (share_of(confusion.recall(class))) }
                        td { (share_of(confusion.precision(class))) }
                    }
                }
            }
        }
        p class="note" { (t!("training_report.figures_about")) }
    }
}

fn share(part: usize, row: &[usize]) -> f64 {
    part as f64 / row.iter().sum::<usize>().max(1) as f64
}

fn share_of(share: Option<f64>) -> String {
    share.map_or_else(|| "\u{2013}".into(), percent)
}

/// "2025-05-03, 14:20 UTC", from milliseconds since 1970.
fn date(milliseconds: f64) -> String {
    let minutes = (milliseconds / 60_000.0).floor() as i64;
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    // Years are counted from March, so that leap days come last, in cycles of 400 years (146,097 days).
    let days = days + 719_468;
    let (cycle, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (year, month) = (cycle * 400 + year + month / 10, (month + 2) % 12 + 1);
    format!("{year}-{month:02}-{day:02}, {:02}:{:02} UTC", minute / 60, minute % 60)
}
