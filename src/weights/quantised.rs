//! Weights in 8 bits: signed bytes, and a scale for each output of a layer.

use rust_i18n::t;

use crate::error::{Error, Result};

/// The name of the tensor with the scales of the 8-bit tensor `name`.
pub fn scale_name(name: &str) -> String {
    format!("{name}.scale")
}

/// The values as bytes of -127 to 127, and for each of `outputs` equal parts what to multiply its bytes by.
pub fn quantised(values: &[f32], outputs: usize) -> (Vec<u8>, Vec<f32>) {
    let (mut numbers, mut scales) = (Vec::with_capacity(values.len()), Vec::with_capacity(outputs));
    for part in values.chunks(values.len() / outputs) {
        let scale = part.iter().fold(0.0_f32, |largest, value| largest.max(value.abs())) / 127.0;
        let factor = if scale > 0.0 { scale.recip() } else { 0.0 };
        numbers.extend(part.iter().map(|value| (value * factor).round() as i8 as u8));
        scales.push(scale);
    }
    (numbers, scales)
}

/// What [`quantised`] made of the tensor `name`.
///
/// # Errors
/// [`Error::NotAModel`] where there is not one scale for each of a number of equal parts.
pub fn dequantised(name: &str, numbers: &[u8], scales: &[f32]) -> Result<Vec<f32>> {
    let part = numbers.len().checked_div(scales.len()).unwrap_or_default();
    if part == 0 || part * scales.len() != numbers.len() {
        return Err(Error::NotAModel(t!("weights.bad_scales", name = name).into()));
    }
    let mut values = Vec::with_capacity(numbers.len());
    for (part, scale) in numbers.chunks_exact(part).zip(scales) {
        values.extend(part.iter().map(|&number| f32::from(number as i8) * scale));
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_part_has_its_scale() {
        let (numbers, scales) = quantised(&[1.27, -0.64, 0.0, 0.0], 2);
        assert_eq!((numbers.as_slice(), scales.as_slice()), (&[127, 192, 0, 0][..], &[0.01, 0.0][..]));
        assert_eq!(dequantised("w", &[1, 2, 255, 4], &[1.0, 0.5]).unwrap(), [1.0, 2.0, -0.5, 2.0]);
    }

    #[test]
    fn scales_that_do_not_fit_are_refused() {
        for scales in [&[][..], &[1.0, 1.0], &[1.0; 4]] {
            let message = dequantised("w", &[1, 2, 3], scales).unwrap_err().to_string();
            assert!(message.contains("`w`"), "{message}");
        }
    }
}
