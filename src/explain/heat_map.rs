//! A heat map, and how it is laid over a photo.

use image::{Rgb, RgbImage};

use crate::preprocess::{IMAGE_SIZE, Preprocessing};

/// How much of the heat's colour an overlay takes; the rest is the photo.
const OPACITY: f32 = 0.5;

/// From cold to hot, evenly spaced. Brightness grows with the heat, so that those who tell few colours apart see it too:
/// five colours of matplotlib's "inferno".
const COLOURS: [[u8; 3]; 5] = [[0, 0, 4], [87, 16, 110], [188, 55, 84], [249, 142, 9], [252, 255, 164]];

/// How much each part of an image speaks for a class: a square of values.
#[derive(Clone, Debug, PartialEq)]
pub struct HeatMap {
    values: Vec<f32>,
    side: usize,
    maximum: f32,
    /// The pixel of the 224 x 224 that the first value stands on, and how far it is to the next.
    first: f32,
    apart: f32,
}

impl HeatMap {
    /// Takes the values of a square, row by row. The first stands on pixel `first` of the 224 x 224 that the network sees,
    /// in both directions, and the next is `apart` pixels away.
    pub(super) fn new(values: &[f32], first: f32, apart: f32) -> Self {
        let maximum = values.iter().copied().fold(0.0, f32::max);
        let scale = if maximum > 0.0 { maximum.recip() } else { 0.0 };
        Self {
            values: values.iter().map(|value| value.max(0.0) * scale).collect(),
            side: values.len().isqrt(),
            maximum,
            first,
            apart,
        }
    }

    /// The values, 0 to 1, row by row. All are 0 where nothing speaks for the class.
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// How many values a row has, and how many rows there are.
    pub fn side(&self) -> usize {
        self.side
    }

    /// What the value 1 stood for before it was scaled; 0 where nothing speaks for the class.
    pub fn maximum(&self) -> f32 {
        self.maximum
    }

    /// The photo, in any size, with the heat over it in colours: dark where nothing speaks for the class or the network does
    /// not look, over violet, red and orange to bright yellow. The photo is grey below it, so that its colours are not
    /// taken for heat.
    pub fn over(&self, photo: &RgbImage, preprocessing: Preprocessing) -> RgbImage {
        let (width, height) = photo.dimensions();
        let part = preprocessing.seen((width, height));
        let side = IMAGE_SIZE as f32;
        RgbImage::from_fn(width, height, |x, y| {
            let seen = |at: u32, axis: usize| (at as f32 + 0.5 - part.start[axis]) / part.size[axis] * side;
            let [x_seen, y_seen] = [seen(x, 0), seen(y, 1)];
            let is_seen = [x_seen, y_seen].iter().all(|at| (0.0..side).contains(at));
            let heat = colour(if is_seen { self.at(x_seen, y_seen) } else { 0.0 });
            let grey = luminance(photo.get_pixel(x, y));
            Rgb(heat.map(|heat| (grey + (heat - grey) * OPACITY).round() as u8))
        })
    }

    /// The heat at a point of the 224 x 224 pixels, between the values by bilinear interpolation.
    fn at(&self, x: f32, y: f32) -> f32 {
        let [(left, right, across), (top, bottom, down)] = [x, y].map(|at| {
            let at = ((at - self.first) / self.apart).clamp(0.0, (self.side - 1) as f32);
            (at as usize, (at as usize + 1).min(self.side - 1), at.fract())
        });
        let value = |row: usize, column: usize| self.values[row * self.side + column];
        let between = |from: f32, to: f32, share: f32| from + (to - from) * share;
        let [above, below] = [top, bottom].map(|row| between(value(row, left), value(row, right), across));
        between(above, below, down)
    }
}

/// The colour of a heat of 0 to 1.
fn colour(heat: f32) -> [f32; 3] {
    let at = heat * (COLOURS.len() - 1) as f32;
    let (from, to) = (COLOURS[at as usize], COLOURS[(at as usize + 1).min(COLOURS.len() - 1)]);
    [0, 1, 2].map(|channel| {
        let [from, to] = [from, to].map(|colour| f32::from(colour[channel]));
        from + (to - from) * at.fract()
    })
}

/// How bright a pixel is, by ITU-R BT.601.
fn luminance(Rgb([red, green, blue]): &Rgb<u8>) -> f32 {
    0.299 * f32::from(*red) + 0.587 * f32::from(*green) + 0.114 * f32::from(*blue)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_scaled_and_the_maximum_is_kept() {
        let map = HeatMap::new(&[-3.0, 0.0, 2.0, 4.0], 56.0, 112.0);
        assert_eq!((map.values(), map.side(), map.maximum()), (&[0.0, 0.0, 0.5, 1.0][..], 2, 4.0));
    }

    #[test]
    fn nothing_that_speaks_for_the_class_is_no_heat() {
        let map = HeatMap::new(&[-3.0, 0.0, -0.5, -4.0], 56.0, 112.0);
        assert_eq!((map.values(), map.maximum()), (&[0.0; 4][..], 0.0));
    }

    #[test]
    fn heat_lies_where_its_values_stand_and_changes_evenly_between() {
        let map = HeatMap::new(&[0.0, 1.0, 0.0, 1.0], 56.0, 112.0);
        for (x, heat) in [(0.0, 0.0), (56.0, 0.0), (84.0, 0.25), (112.0, 0.5), (168.0, 1.0), (224.0, 1.0)] {
            assert_eq!(map.at(x, 100.0), heat, "{x}");
            assert_eq!(HeatMap { values: vec![0.0, 0.0, 1.0, 1.0], ..map.clone() }.at(100.0, x), heat, "{x}");
        }
    }

    #[test]
    fn an_overlay_is_as_large_as_the_photo_and_bright_where_it_is_hot() {
        let photo = RgbImage::from_pixel(90, 60, Rgb([100, 100, 100]));
        let over = HeatMap::new(&[0.0, 0.0, 0.0, 1.0], 56.0, 112.0).over(&photo, Preprocessing::Tutorial);
        assert_eq!(over.dimensions(), (90, 60));
        assert_eq!(over.get_pixel(0, 0).0, [50, 50, 52]);
        assert_eq!(over.get_pixel(89, 59).0, [176, 178, 132]);
        // Of a photo that is twice as wide as high, the sides are not seen.
        let wide = HeatMap::new(&[1.0; 4], 56.0, 112.0)
            .over(&RgbImage::from_pixel(90, 45, Rgb([100, 100, 100])), Preprocessing::ImageNet);
        assert_eq!(
            [0, 24, 26, 45, 63, 66].map(|x| wide.get_pixel(x, 22).0 == [50, 50, 52]),
            [true, true, false, false, false, true]
        );
        let brightness: Vec<f32> =
            (0..=20).map(|step| luminance(&Rgb(colour(step as f32 / 20.0).map(|c| c as u8)))).collect();
        assert!(brightness.is_sorted(), "{brightness:?}");
    }
}
