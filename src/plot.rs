//! Figures as SVG.

use plotters::prelude::*;
use rust_i18n::t;

use crate::error::{Error, Result};
use crate::run::EpochRecord;

const SIZE: (u32, u32) = (720, 420);
const TRAIN: RGBColor = RGBColor(0x1f, 0x77, 0xb4);
const VALIDATION: RGBColor = RGBColor(0xd6, 0x4f, 0x2a);
const ACCURACY: RGBColor = RGBColor(0x2a, 0x8f, 0x5b);

/// The training curve: losses on the left axis, validation accuracy on the right one, over the epochs.
///
/// # Errors
/// [`Error::Plot`] where the figure cannot be drawn.
pub fn training_curve(history: &[EpochRecord]) -> Result<String> {
    let mut svg = String::new();
    draw(&mut svg, history).map_err(|error| Error::Plot(error.to_string()))?;
    Ok(svg)
}

fn draw(svg: &mut String, history: &[EpochRecord]) -> std::result::Result<(), Box<dyn std::error::Error>> {
    let last = history.len().max(2) as f64;
    let largest = history.iter().map(|record| record.train_loss.max(record.validation_loss)).fold(0.1, f64::max) * 1.05;
    let area = SVGBackend::with_string(svg, SIZE).into_drawing_area();
    area.fill(&WHITE)?;
    let mut chart = ChartBuilder::on(&area)
        .caption(t!("plot.title"), ("sans-serif", 20))
        .margin(12)
        .x_label_area_size(40)
        .y_label_area_size(50)
        .right_y_label_area_size(50)
        .build_cartesian_2d(1.0..last, 0.0..largest)?
        .set_secondary_coord(1.0..last, 0.0..1.0);
    chart
        .configure_mesh()
        .x_desc(t!("plot.epoch"))
        .y_desc(t!("plot.loss"))
        .x_labels(history.len().clamp(2, 20))
        .x_label_formatter(&|epoch| format!("{epoch:.0}"))
        .light_line_style(TRANSPARENT)
        .draw()?;
    chart.configure_secondary_axes().y_desc(t!("plot.validation_accuracy")).draw()?;

    let legend = |color: RGBColor| move |(x, y)| PathElement::new([(x, y), (x + 18, y)], color.stroke_width(2));
    let points =
        |value: fn(&EpochRecord) -> f64| history.iter().map(move |record| (record.epoch as f64, value(record)));
    chart
        .draw_series(LineSeries::new(points(|record| record.train_loss), TRAIN.stroke_width(2)).point_size(2))?
        .label(t!("plot.training_loss"))
        .legend(legend(TRAIN));
    chart
        .draw_series(
            LineSeries::new(points(|record| record.validation_loss), VALIDATION.stroke_width(2)).point_size(2),
        )?
        .label(t!("plot.validation_loss"))
        .legend(legend(VALIDATION));
    chart
        .draw_secondary_series(
            LineSeries::new(points(|record| record.validation_accuracy), ACCURACY.stroke_width(2)).point_size(2),
        )?
        .label(t!("plot.validation_accuracy"))
        .legend(legend(ACCURACY));
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::LowerLeft)
        .background_style(WHITE.mix(0.8))
        .border_style(BLACK.mix(0.3))
        .draw()?;
    area.present()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curve_has_a_point_for_each_epoch_of_each_series() {
        let record = |epoch| EpochRecord { epoch, train_loss: 1.0, validation_loss: 1.2, validation_accuracy: 0.5 };
        for epochs in [1, 4] {
            let history: Vec<_> = (1..=epochs).map(record).collect();
            let svg = training_curve(&history).unwrap();
            assert!(svg.starts_with("<svg") && svg.contains("validation accuracy"));
            assert_eq!(svg.matches("<circle").count(), 3 * epochs);
        }
    }
}
