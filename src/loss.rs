//! The loss that training descends.

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};

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
