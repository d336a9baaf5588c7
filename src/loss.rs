//! The loss that training descends.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rust_i18n::t;

use crate::device::read;
use crate::error::{Error, Result};
use crate::metrics::Mean;

/// What a network is to learn about photos of these classes: which share each photo has of each class.
///
/// `smoothing` of it is spread over all classes (C. Szegedy et al., "Rethinking the Inception Architecture for Computer
/// Vision", 2016). Of the rest `kept` is the photo's own class, and what lacks the next photo's, with which it was mixed.
///
/// # Shapes
/// - output: `[photos, classes]`, each row of sum 1
pub fn targets(classes: &[usize], count: usize, smoothing: f32, kept: f32, device: &Device) -> Tensor<2> {
    let photos = classes.len();
    let mut shares = vec![smoothing / count as f32; photos * count];
    for (photo, shares) in shares.chunks_exact_mut(count).enumerate() {
        shares[classes[photo]] += (1.0 - smoothing) * kept;
        shares[classes[(photo + 1) % photos]] += (1.0 - smoothing) * (1.0 - kept);
    }
    Tensor::from_data(TensorData::new(shares, [photos, count]), device)
}

/// The mean cross entropy of a batch, as PyTorch's `cross_entropy` computes it.
///
/// # Shapes
/// - logits, targets: `[photos, classes]`; see [`targets`]
/// - output: `[1]`
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    let [photos, _] = targets.dims();
    (log_softmax(logits, 1) * targets).sum() / -(photos as f64)
}

/// The mean loss of an epoch's steps. A step's loss is read when the next step is on its way, so that the device need not
/// wait for it to be read.
#[derive(Default)]
pub(crate) struct RunningLoss {
    mean: Mean,
    /// The last step's, and how many photos it is of.
    unread: Option<(Tensor<1>, usize)>,
}

impl RunningLoss {
    /// Adds a step's mean loss, which is of so many photos.
    pub async fn add(&mut self, loss: Tensor<1>, photos: usize) -> Result<()> {
        let before = self.unread.replace((loss, photos));
        if before.is_none() && self.mean.is_empty() {
            // There is something to show from the first step on.
            let first = self.unread.take();
            return self.read(first).await;
        }
        self.read(before).await
    }

    async fn read(&mut self, unread: Option<(Tensor<1>, usize)>) -> Result<()> {
        if let Some((loss, photos)) = unread {
            self.mean.add(number(loss).await?, photos);
        }
        Ok(())
    }

    /// The mean of those that were read.
    pub fn so_far(&self) -> f64 {
        self.mean.value()
    }

    /// The mean of all; none where there were none.
    pub async fn finish(mut self) -> Result<Option<f64>> {
        let last = self.unread.take();
        self.read(last).await?;
        Ok((!self.mean.is_empty()).then(|| self.mean.value()))
    }
}

/// Reads a loss.
pub(crate) async fn number(loss: Tensor<1>) -> Result<f64> {
    match read(loss).await?.first() {
        Some(loss) if loss.is_finite() => Ok(f64::from(*loss)),
        Some(_) => Err(Error::Diverged),
        None => Err(Error::Device(t!("gpu.no_loss").into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::cpu;

    #[test]
    fn photos_have_a_share_of_their_class_the_next_ones_and_all() {
        let shares = targets(&[0, 2, 2], 4, 0.2, 0.75, &cpu()).into_data().try_into_vec::<f32>().unwrap();
        let expected = [0.65, 0.05, 0.25, 0.05, 0.05, 0.05, 0.85, 0.05, 0.25, 0.05, 0.65, 0.05];
        assert!(shares.iter().zip(expected).all(|(found, expected)| (found - expected).abs() < 1e-6), "{shares:?}");
    }

    /// `torch.nn.functional.cross_entropy([[1, 2, 3], [0, 0, 0]], [2, 0])`, with and without `label_smoothing=0.1`.
    #[test]
    fn the_mean_is_pytorchs() {
        for (smoothing, expected) in [(0.0, 0.753_109), (0.1, 0.803_109)] {
            let logits = Tensor::from_data(TensorData::new(vec![1.0f32, 2.0, 3.0, 0.0, 0.0, 0.0], [2, 3]), &cpu());
            let loss = cross_entropy(logits, targets(&[2, 0], 3, smoothing, 1.0, &cpu()));
            let loss = loss.into_data().try_into_vec::<f32>().unwrap()[0];
            assert!((loss - expected).abs() < 1e-5, "{loss}");
        }
    }
}
