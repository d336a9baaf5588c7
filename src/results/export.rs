//! The results as files: CSV for spreadsheets, JSON in the words of the command line.

use std::{collections::BTreeMap, sync::Arc};

use serde::Serialize;

use super::{AnsweringModel, Outcome, Photo, Results};

/// Tells a spreadsheet that a text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";
/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

impl Results {
    /// The photos that are done as CSV: path, model, top class, its probability, whether it is sure, time, error, and a column for
    /// each class of each model that answered. For spreadsheets: it begins with a byte-order mark, without which some take it for
    /// another encoding, and names that they would take for formulas have an apostrophe before them.
    pub fn to_csv(&self) -> String {
        let classes = self.classes();
        let mut rows = csv::Writer::from_writer(BYTE_ORDER_MARK.as_bytes().to_vec());
        let header = ["photo", "model", "label", "probability", "sure", "milliseconds", "error"].into_iter();
        let mut write = |row: Vec<String>| rows.write_record(row).expect("memory takes rows of one length");
        write(header.chain(classes.iter().copied()).map(as_text).collect());
        for photo in &self.photos {
            let mut row = vec![as_text(&photo.path)];
            match &photo.outcome {
                Outcome::Waiting => continue,
                Outcome::Failed(message) => {
                    row.extend(["", "", "", "", ""].map(str::to_owned));
                    row.push(message.to_string());
                    row.resize(row.len() + classes.len(), String::new());
                }
                Outcome::Answered(answer) => {
                    row.push(as_text(&answer.model.name));
                    row.push(as_text(answer.label()));
                    row.push(answer.probability().to_string());
                    row.push(answer.sure.to_string());
                    row.push(format!("{:.1}", answer.milliseconds));
                    row.push(String::new());
                    let probabilities: BTreeMap<_, _> = answer.by_class().collect();
                    row.extend(classes.iter().map(|class| {
                        probabilities.get(class).map_or_else(String::new, |probability| probability.to_string())
                    }));
                }
            }
            write(row);
        }
        let bytes = rows.into_inner().expect("memory takes every row");
        String::from_utf8(bytes).expect("strings in, strings out")
    }

    /// The photos that are done as JSON, in the words of the command line's `predict --json`.
    pub fn to_json(&self) -> String {
        let predictions = self.photos.iter().filter_map(Prediction::of).collect();
        serde_json::to_string_pretty(&Predictions { predictions }).expect("names and numbers can always be written")
    }

    /// Every class of every model that answered, in the models' order, each once.
    fn classes(&self) -> Vec<&str> {
        let mut classes = Vec::new();
        let mut last_model: Option<&Arc<AnsweringModel>> = None;
        for answer in self.photos.iter().filter_map(Photo::answer) {
            if last_model.is_some_and(|model| Arc::ptr_eq(model, &answer.model)) {
                continue;
            }
            last_model = Some(&answer.model);
            for class in &answer.model.classes {
                if !classes.contains(&class.as_str()) {
                    classes.push(class.as_str());
                }
            }
        }
        classes
    }
}

/// The JSON export.
#[derive(Serialize)]
struct Predictions<'a> {
    predictions: Vec<Prediction<'a>>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Prediction<'a> {
    Answered { photo: &'a str, model: &'a str, top: Vec<Ranked<'a>>, sure: bool, milliseconds: f64 },
    Failed { photo: &'a str, error: String },
}

#[derive(Serialize)]
struct Ranked<'a> {
    label: &'a str,
    probability: f32,
}

impl<'a> Prediction<'a> {
    fn of(photo: &'a Photo) -> Option<Self> {
        match &photo.outcome {
            Outcome::Waiting => None,
            Outcome::Failed(error) => Some(Self::Failed { photo: &photo.path, error: error.to_string() }),
            Outcome::Answered(answer) => Some(Self::Answered {
                photo: &photo.path,
                model: &answer.model.name,
                top: answer.ranked().into_iter().map(|(label, probability)| Ranked { label, probability }).collect(),
                sure: answer.sure,
                milliseconds: answer.milliseconds,
            }),
        }
    }
}

/// A name as a spreadsheet is to show it.
fn as_text(name: &str) -> String {
    if name.starts_with(FORMULA) { format!("'{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use crate::results::tests::{add, answered, model, sample};

    use super::*;

    #[test]
    fn csv_has_a_row_for_each_photo_that_is_done_and_a_column_for_each_class() {
        let mut results = sample();
        let other = add(&mut results, "d.jpg");
        results.settle(other, answered(&model(&["rose", "tulip"]), &[0.25, 0.75]));
        assert_eq!(
            results.to_csv(),
            "\u{feff}photo,model,label,probability,sure,milliseconds,error,daisy,rose,tulip\n\
             folder/b.jpg,test,rose,0.6,true,12.3,,0.4,0.6,\n\
             folder/a.jpg,test,daisy,0.9,true,12.3,,0.9,0.1,\n\
             folder/c.jpg,,,,,,\"no photo, \"\"really\"\"\",,,\n\
             folder/a.jpg,test,rose,0.8,true,12.3,,0.2,0.8,\n\
             folder/d.jpg,test,tulip,0.75,false,12.3,,,0.25,0.75\n"
        );
    }

    #[test]
    fn no_name_is_a_formula_in_a_spreadsheet() {
        let mut results = Results::default();
        let photo = add(&mut results, "=1+1.jpg");
        results.settle(photo, answered(&model(&["@rose", "a=b"]), &[0.75, 0.25]));
        assert_eq!(
            results.to_csv(),
            "\u{feff}photo,model,label,probability,sure,milliseconds,error,'@rose,a=b\n\
             folder/=1+1.jpg,test,'@rose,0.75,true,12.3,,0.75,0.25\n"
        );
    }

    #[test]
    fn json_ranks_the_classes() {
        let json: serde_json::Value = serde_json::from_str(&sample().to_json()).unwrap();
        let predictions = json["predictions"].as_array().unwrap();
        assert_eq!(predictions.len(), 4);
        assert_eq!(predictions[0]["photo"], "folder/b.jpg");
        assert_eq!(predictions[0]["top"][0]["label"], "rose");
        assert_eq!(predictions[0]["top"][1]["label"], "daisy");
        assert_eq!(predictions[0]["sure"], true);
        assert_eq!(predictions[2]["error"], "no photo, \"really\"");
    }
}
