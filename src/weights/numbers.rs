//! A parameter's numbers, as its file has them.

use std::borrow::Cow;

use pulp::bytemuck::cast_slice;
use rust_i18n::t;

use crate::error::{Error, Result};

/// The largest that a byte can stand for, but for the scale: -128 is read, and never written.
const LARGEST_BYTE: f32 = 128.0;

/// A parameter's numbers, in PyTorch's layout.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// In 32 bits.
    Floats(Vec<f32>),
    /// In 8 bits, and for each of the layer's outputs what to multiply its bytes by. They stay so until they are needed:
    /// in 32 bits all of a network takes four times the memory, and the time to fill it.
    Bytes {
        /// Signed bytes.
        bytes: Vec<i8>,
        /// As many as the layer has outputs.
        scales: Vec<f32>,
    },
}

/// The name of the tensor with the scales of the 8-bit tensor `name`.
pub fn scale_name(name: &str) -> String {
    format!("{name}.scale")
}

impl Numbers {
    /// The bytes of the tensor `name` of a layer with so many outputs, and their scales.
    ///
    /// # Errors
    /// [`Error::NotAModel`] where there is not one scale for each output.
    pub fn from_bytes(name: &str, bytes: &[u8], outputs: usize, scales: Vec<f32>) -> Result<Self> {
        if scales.len() != outputs || !bytes.len().is_multiple_of(outputs.max(1)) {
            return Err(Error::NotAModel(t!("weights.bad_scales", name = name).into()));
        }
        Ok(Self::Bytes { bytes: cast_slice(bytes).to_vec(), scales })
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Floats(values) => values.len(),
            Self::Bytes { bytes, .. } => bytes.len(),
        }
    }

    /// Whether none is infinite, or no number.
    pub fn are_finite(&self) -> bool {
        // To the end in any case: without a way out, several are looked at in one go.
        let all_finite = |values: &[f32], factor: f32| {
            values.iter().fold(true, |finite, value| finite & (value * factor).is_finite())
        };
        match self {
            Self::Floats(values) => all_finite(values, 1.0),
            Self::Bytes { scales, .. } => all_finite(scales, LARGEST_BYTE),
        }
    }

    /// In 32 bits.
    pub fn to_f32(&self) -> Cow<'_, [f32]> {
        match self {
            Self::Floats(values) => Cow::Borrowed(values),
            Self::Bytes { bytes, scales } => {
                let mut values = Vec::with_capacity(bytes.len());
                for (part, scale) in bytes.chunks(part_of(bytes.len(), scales.len())).zip(scales) {
                    values.extend(part.iter().map(|&byte| f32::from(byte) * scale));
                }
                Cow::Owned(values)
            }
        }
    }

    /// In 32 bits, to be changed.
    pub fn as_floats(&mut self) -> &mut Vec<f32> {
        if let Self::Bytes { .. } = self {
            *self = Self::Floats(self.to_f32().into_owned());
        }
        match self {
            Self::Floats(values) => values,
            Self::Bytes { .. } => unreachable!("they were turned into floats"),
        }
    }

    /// Multiplies the numbers of each output by its factor.
    pub fn scale_outputs(&mut self, factors: impl ExactSizeIterator<Item = f32>) {
        match self {
            Self::Floats(values) => {
                let part = part_of(values.len(), factors.len());
                for (values, factor) in values.chunks_mut(part).zip(factors) {
                    values.iter_mut().for_each(|value| *value *= factor);
                }
            }
            Self::Bytes { scales, .. } => scales.iter_mut().zip(factors).for_each(|(scale, factor)| *scale *= factor),
        }
    }

    /// In 8 bits, from -127 to 127, and the scale of each of so many outputs; what is in 8 bits already stays as it is.
    pub fn to_bytes(&self, outputs: usize) -> (Vec<i8>, Vec<f32>) {
        let values = match self {
            Self::Floats(values) => values,
            Self::Bytes { bytes, scales } => return (bytes.clone(), scales.clone()),
        };
        let (mut bytes, mut scales) = (Vec::with_capacity(values.len()), Vec::with_capacity(outputs));
        for part in values.chunks(part_of(values.len(), outputs)) {
            let scale = part.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())) / 127.0;
            let factor = if scale > 0.0 { scale.recip() } else { 0.0 };
            bytes.extend(part.iter().map(|value| (value * factor).round() as i8));
            scales.push(scale);
        }
        (bytes, scales)
    }
}

/// How many numbers each of so many outputs has.
fn part_of(numbers: usize, outputs: usize) -> usize {
    (numbers / outputs.max(1)).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_output_has_its_scale() {
        let (bytes, scales) = Numbers::Floats(vec![1.27, -0.64, 0.0, 0.0]).to_bytes(2);
        assert_eq!((bytes.as_slice(), scales.as_slice()), (&[127, -64, 0, 0][..], &[0.01, 0.0][..]));
        let mut numbers = Numbers::from_bytes("w", &[1, 2, 255, 4], 2, vec![1.0, 0.5]).unwrap();
        assert_eq!(numbers.to_f32()[..], [1.0, 2.0, -0.5, 2.0]);
        assert_eq!(numbers.as_floats()[..], [1.0, 2.0, -0.5, 2.0]);
    }

    #[test]
    fn what_is_in_8_bits_is_written_as_it_was_read() {
        let numbers = Numbers::from_bytes("w", &[100, 2, 255, 4], 2, vec![0.3, 0.7]).unwrap();
        assert_eq!(numbers.to_bytes(2), (vec![100, 2, -1, 4], vec![0.3, 0.7]));
    }

    #[test]
    fn scales_that_do_not_fit_are_refused() {
        for scales in [0, 1, 2, 4] {
            let message = Numbers::from_bytes("w", &[1, 2, 3], 3, vec![1.0; scales]).unwrap_err().to_string();
            assert!(message.contains("`w`"), "{message}");
        }
    }

    #[test]
    fn numbers_out_of_all_bounds_are_noticed() {
        let bytes = |scale| Numbers::from_bytes("w", &[1, 2], 1, vec![scale]).unwrap();
        assert!(bytes(1e30).are_finite() && Numbers::Floats(vec![f32::MAX]).are_finite());
        assert!(!bytes(1e37).are_finite() && !bytes(f32::NAN).are_finite());
        assert!(!Numbers::Floats(vec![0.0, f32::INFINITY]).are_finite());
    }
}
