//! The logits of test pictures on the CPU: what tells that a model is run the same way elsewhere.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};

use crate::device::{cpu, read};
use crate::error::Result;
use crate::formula;
use crate::preprocess::IMAGE_SIZE;
use crate::weights::{ModelFile, with_reference};

/// The pictures whose logits a file may name.
pub const STORED: Range<usize> = 0..3;

/// The test pictures with these numbers, as the network takes them: `[pictures, 3, 224, 224]`.
pub fn pictures(numbers: Range<usize>, device: &Device) -> Tensor<4> {
    let count = numbers.len();
    Tensor::from_data(TensorData::new(formula::pictures(numbers), [count, 3, IMAGE_SIZE, IMAGE_SIZE]), device)
}

/// Their logits on the CPU, one picture after the other.
///
/// # Errors
/// [`crate::Error::Device`] where there is no answer.
pub async fn logits(file: &ModelFile, numbers: Range<usize>) -> Result<Vec<f32>> {
    read(file.to_model(&cpu()).forward(pictures(numbers, &cpu()))).await
}

/// What a file says of the logits of [`logits`], if it says so.
pub fn stored(file: &ModelFile, numbers: Range<usize>) -> Option<&[f32]> {
    let classes = file.metadata().classes.len();
    file.metadata().reference.get(numbers.start * classes..numbers.end * classes)
}

/// A `.safetensors` file that names the logits of [`STORED`].
///
/// # Errors
/// As [`ModelFile::from_safetensors`] and [`logits`].
pub async fn store(safetensors: &[u8]) -> Result<Vec<u8>> {
    let file = ModelFile::from_safetensors(safetensors)?;
    with_reference(safetensors, &logits(&file, STORED).await?)
}

#[cfg(test)]
mod tests {
    use pollster::block_on;

    use super::*;
    use crate::alexnet::AlexNetConfig;
    use crate::weights::{Metadata, Precision};

    #[test]
    fn a_file_tells_the_logits_of_its_own_weights() -> Result<()> {
        let classes = ["a", "b", "c", "d", "e"].map(str::to_owned).to_vec();
        let network = AlexNetConfig::new(classes.len()).init(&cpu());
        let metadata = Metadata { classes, ..Metadata::default() };
        let file = block_on(ModelFile::from_model(&network, metadata))?;
        let bytes = file.to_safetensors(Precision::I8)?;
        assert_eq!(stored(&ModelFile::from_safetensors(&bytes)?, STORED), None);

        let bytes = block_on(store(&bytes))?;
        let file = ModelFile::from_safetensors(&bytes)?;
        assert_eq!(stored(&file, 1..3), Some(&block_on(logits(&file, 0..3))?[5..]));
        // Whoever writes the weights anew does not vouch for them.
        let again = ModelFile::from_safetensors(&file.to_safetensors(Precision::F16)?)?;
        assert_eq!(stored(&again, 0..1), None);
        Ok(())
    }

    #[test]
    fn the_shipped_model_tells_what_this_cpu_gives() -> Result<()> {
        let bytes = std::fs::read("www/models/flowers.safetensors").expect("the shipped model is here");
        let file = ModelFile::from_safetensors(&bytes)?;
        let found = block_on(logits(&file, STORED))?;
        let stored = stored(&file, STORED).expect("the shipped model was exported");
        let difference = found.iter().zip(stored).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
        assert!(difference < 1e-5, "{difference}");
        Ok(())
    }
}
