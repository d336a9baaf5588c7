//! `split`: the tutorial's copy into `train/` and `val/`.

use std::fs;
use std::path::PathBuf;

use super::{About, Failure, arrange, share};
use crate::error::Error;
use crate::native::files;

/// The folder, in `--out`, where a split is until it is whole.
const UNFINISHED: &str = "unfinished split";

/// Copies a folder of class folders into `train/` and `val/`.
#[derive(Debug, clap::Args)]
pub struct Split {
    /// Folder of class folders
    dir: PathBuf,
    /// Where `train/` and `val/` are made
    #[arg(long)]
    out: PathBuf,
    /// Share of each class's photos for validation
    #[arg(long, default_value_t = 0.1, value_parser = share)]
    val: f64,
    /// Decides which photos those are
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

impl Split {
    /// Runs the command.
    ///
    /// # Errors
    /// Where the folder has no photos or cannot be copied, or there is a split in `--out` already.
    pub fn run(&self) -> Result<(), Failure> {
        if ["train", "val"].iter().any(|name| self.out.join(name).exists()) {
            let why = "it holds a split already, with which this one would be mixed; choose another folder for --out";
            return Err(Error::Dataset(why.into())).about(&self.out);
        }
        if files::place(&self.out).starts_with(files::place(&self.dir)) {
            let why =
                "it lies in the folder that is split, whose photos would be there twice; choose another one for --out";
            return Err(Error::Dataset(why.into())).about(&self.out);
        }
        let arranged = arrange(&self.dir, self.val, self.seed)?;
        // Half a split would be taken for a whole one.
        let unfinished = self.out.join(UNFINISHED);
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).map_err(|source| files::io(&unfinished, source))?;
        }
        let parts = [("train", &arranged.split.train), ("val", &arranged.split.validation)];
        for (name, samples) in parts {
            for sample in samples {
                // Folders inside the class folder stay: photos in them may bear the same names.
                let class = &arranged.classes[sample.class];
                let inside: PathBuf = sample.path.split('/').skip_while(|folder| folder != class).collect();
                let to = unfinished.join(name).join(inside);
                files::create_folder(to.parent().unwrap_or(&unfinished))?;
                files::write(&to, files::read(&self.dir.join(&sample.path))?)?;
            }
        }
        for (name, samples) in parts {
            let [from, to] = [&unfinished, &self.out].map(|folder| folder.join(name));
            files::create_folder(&from)?;
            fs::rename(&from, &to).map_err(|source| files::io(&to, source))?;
            say!("{name}: {} photos", samples.len())?;
        }
        fs::remove_dir(&unfinished).map_err(|source| files::io(&unfinished, source))?;
        Ok(())
    }
}
