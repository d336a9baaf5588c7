//! Models that the visitor brings: files that were picked or dropped together.

use rust_i18n::t;
use web_sys::File;
use xxhash_rust::xxh3::xxh3_128;

use crate::language::Text;
use crate::manifest::is_manifest;
use crate::web::js;
use crate::web::protocol::FileHandle;
use crate::weights::{ModelFile, parse_class_indices};

/// The largest model file that is read, in millions of bytes; AlexNet's takes 58, or 244 at full width.
const MAX_FILE_MEGABYTES: f64 = 512.0;
/// The largest file of class names that is read, in millions of bytes; ImageNet's takes 0.04.
const MAX_CLASSES_MEGABYTES: f64 = 16.0;

/// A model that was brought.
pub struct Import {
    /// The file's name.
    pub name: String,
    /// A hash of the file, in hexadecimal digits: equal files have equal hashes.
    pub content: String,
    /// The model.
    pub file: ModelFile,
    /// Whether class names came along in a file of their own.
    pub has_class_file: bool,
}

impl Import {
    /// The model in these files: one `.safetensors` or `.pth`, and possibly a `class_indices.json`. A manifest is passed over.
    ///
    /// # Errors
    /// Which file, cause and remedy, in words.
    pub async fn read(files: Vec<FileHandle>) -> Result<Self, String> {
        let (names, models): (Vec<File>, Vec<File>) =
            files.into_iter().map(|FileHandle(file)| file).partition(|file| is_json(&file.name()));
        let mut class_files = Vec::new();
        for json in &names {
            let bytes = read_classes(json).await?;
            // The page saves one with each model.
            if !is_manifest(&bytes) {
                class_files.push((json, bytes));
            }
        }
        let classes = match &class_files[..] {
            [] => None,
            [(json, bytes)] => Some(parse_class_indices(bytes).map_err(|error| about(json, error))?),
            [(first, _), ..] => return Err(about(first, t!("engine.one_class_file"))),
        };
        match &models[..] {
            [] => Err(match names.first() {
                Some(json) => about(json, t!("engine.class_file_alone")),
                None => t!("engine.no_file").into(),
            }),
            [model] => {
                let bytes = read_model(model).await?;
                let content = format!("{:032x}", xxh3_128(&bytes));
                let has_class_file = classes.is_some();
                let file = ModelFile::from_bytes(bytes, classes).map_err(|error| about(model, error))?;
                Ok(Self { name: model.name(), content, file, has_class_file })
            }
            [first, ..] => Err(about(first, t!("engine.one_model"))),
        }
    }
}

fn is_json(name: &str) -> bool {
    name.to_ascii_lowercase().ends_with(".json")
}

async fn read_model(file: &File) -> Result<Vec<u8>, String> {
    read(file, MAX_FILE_MEGABYTES, |megabytes| t!("engine.model_too_large", megabytes = megabytes : {:.0})).await
}

async fn read_classes(file: &File) -> Result<Vec<u8>, String> {
    read(file, MAX_CLASSES_MEGABYTES, |megabytes| t!("engine.class_file_too_large", megabytes = megabytes : {:.0}))
        .await
}

/// All bytes of a file, unless it is larger than that.
async fn read(file: &File, most_megabytes: f64, too_large: fn(f64) -> Text) -> Result<Vec<u8>, String> {
    let megabytes = file.size() / 1e6;
    if megabytes > most_megabytes {
        return Err(about(file, too_large(megabytes)));
    }
    js::bytes(file).await.map_err(|exception| about(file, t!("engine.out_of_reach", reason = js::message(&exception))))
}

fn about(file: &File, message: impl std::fmt::Display) -> String {
    t!("engine.about", name = file.name(), reason = message).into()
}
