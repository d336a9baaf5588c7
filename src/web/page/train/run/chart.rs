//! Curves, drawn as they come.
//!
//! A chart is redrawn as one piece of text: cheaper than a tree of signals, and its colours come from the style sheet.

use std::fmt::Write;

use leptos::prelude::*;
use rust_i18n::t;

use crate::{
    language::Text,
    web::page::train::words::{loss, percent},
};

const WIDTH: f64 = 360.0;
const HEIGHT: f64 = 200.0;
const LEFT: f64 = 44.0;
const RIGHT: f64 = 10.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 24.0;
/// Points that a line shows; the eye cannot tell more of them apart.
const POINTS: usize = 200;
/// Lines with more points than this are shown without a dot at each.
const DOTS: usize = 40;

/// What a chart shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Figure {
    /// The lines, one to three.
    pub lines: Vec<Line>,
    /// The least and the greatest value along.
    pub along: (f64, f64),
    /// The greatest value upwards; the least one is 0.
    pub top: f64,
    /// Whether the values are shares.
    pub in_percent: bool,
    /// Where something special is: the best epoch.
    pub mark: Option<f64>,
}

impl Figure {
    /// Whether there are values above the greatest one that is shown.
    fn is_cut(&self) -> bool {
        self.lines.iter().any(|line| line.points.iter().any(|point| point.1 > self.top))
    }
}

/// A line, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// What it is.
    pub name: Text,
    /// Its colour, as a class of the style sheet.
    pub class: &'static str,
    /// Its points.
    pub points: Vec<(f64, f64)>,
}

/// A chart with its title and the last value of each line.
#[component]
pub fn Chart(title: Text, along: Text, figure: Memo<Figure>) -> impl IntoView {
    let keys = move || {
        figure.with(|figure| {
            let key = |line: &Line| {
                let last = line.points.last().map(|point| written(point.1, figure.in_percent));
                view! { <span class=format!("key {}", line.class)>{line.name.clone()} " " <b>{last}</b></span> }
            };
            figure.lines.iter().map(key).collect::<Vec<_>>()
        })
    };
    let words = {
        let (title, along) = (title.clone(), along.clone());
        move || figure.with(|figure| in_words(&title, &along, figure))
    };
    view! {
        <figure class="chart">
            <figcaption>
                <h4>{title}</h4>
                <p>{keys}</p>
            </figcaption>
            <svg
                viewBox=format!("0 0 {WIDTH} {HEIGHT}")
                role="img"
                aria-label=words
                inner_html=move || figure.with(drawn)
            ></svg>
            <p class="along" aria-hidden="true">
                {move || match figure.with(Figure::is_cut) {
                    true => t!("run.cut_off", along = along),
                    false => along.clone(),
                }}
            </p>
        </figure>
    }
}

/// The chart for those who do not see it.
fn in_words(title: &str, along: &str, figure: &Figure) -> Text {
    let mut text = t!("run.chart", title = title, along = along);
    for line in &figure.lines {
        if let (Some(first), Some(last)) = (line.points.first(), line.points.last()) {
            let [from, to] = [first, last].map(|point| written(point.1, figure.in_percent));
            text = t!("run.chart_line", text = text, line = line.name, from = from, to = to);
        }
    }
    text
}

/// The chart's content as SVG.
fn drawn(figure: &Figure) -> String {
    let mut svg = String::with_capacity(4096);
    let top = if figure.top > 0.0 { figure.top } else { 1.0 };
    let step = if figure.in_percent { 0.25 } else { round_step(top, 4) };
    let ceiling = if figure.in_percent { 1.0 } else { (top / step).ceil() * step };
    let (first, last) = figure.along;
    // A single place along is in the middle.
    let share = |value: f64| if last > first { (value - first) / (last - first) } else { 0.5 };
    let x = |value: f64| LEFT + share(value) * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| TOP + (1.0 - (value / ceiling).clamp(0.0, 1.0)) * (HEIGHT - TOP - BOTTOM);

    for index in 0..=(ceiling / step).round() as usize {
        let value = index as f64 * step;
        let (height, text) = (y(value), tick(value, step, figure.in_percent));
        let _ = write!(
            svg,
            r#"<path class="grid" d="M{LEFT} {height:.1}H{:.1}"/><text x="{:.1}" y="{:.1}" text-anchor="end">{text}</text>"#,
            WIDTH - RIGHT,
            LEFT - 7.0,
            height + 4.0
        );
    }
    let step = round_step(last - first, 6).max(1.0);
    let mut value = (first / step).ceil() * step;
    while value <= last + 1e-9 {
        let (place, height) = (x(value), HEIGHT - 6.0);
        let _ = write!(svg, r#"<text x="{place:.1}" y="{height:.1}" text-anchor="middle">{value:.0}</text>"#);
        value += step;
    }
    if let Some(mark) = figure.mark {
        let (place, foot) = (x(mark), HEIGHT - BOTTOM);
        let _ = write!(svg, r#"<path class="mark" d="M{place:.1} {TOP}V{foot:.1}"/>"#);
    }
    for line in &figure.lines {
        let points = thinned(&line.points);
        let mut path = String::new();
        for (index, &(along, value)) in points.iter().enumerate() {
            let _ = write!(path, "{}{:.1} {:.1}", if index == 0 { "M" } else { "L" }, x(along), y(value));
        }
        let _ = write!(svg, r#"<path class="line {}" d="{path}"/>"#, line.class);
        // A line of one point is seen by its dot alone.
        let dots = if line.points.len() <= DOTS { &points[..] } else { &points[points.len() - 1..] };
        for &(along, value) in dots {
            let (place, height, text) = (x(along), y(value), written(value, figure.in_percent));
            let _ = write!(
                svg,
                r#"<circle class="{}" cx="{place:.1}" cy="{height:.1}" r="3.2"><title>{along:.0}: {text}</title></circle>"#,
                line.class
            );
        }
    }
    svg
}

/// At most [`POINTS`] of the points, the last one among them.
fn thinned(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let stride = points.len().div_ceil(POINTS).max(1);
    let mut thinned: Vec<_> = points.iter().rev().step_by(stride).copied().collect();
    thinned.reverse();
    thinned
}

/// A step of 1, 2 or 5 times a power of ten that goes about `count` times into `range`.
fn round_step(range: f64, count: usize) -> f64 {
    let rough = (range / count as f64).max(1e-9);
    let power = 10.0_f64.powf(rough.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= rough * 0.999).unwrap_or(10.0);
    factor * power
}

fn tick(value: f64, step: f64, in_percent: bool) -> String {
    if value >= 1e4 {
        return format!("{value:.1e}").replace(".0e", "e");
    }
    let digits = if step >= 1.0 { 0 } else { (-step.log10().floor()) as usize };
    if in_percent { t!("count.percent", value = value * 100.0 : {:.0}).into() } else { format!("{value:.digits$}") }
}

fn written(value: f64, in_percent: bool) -> String {
    if in_percent { percent(value) } else { loss(value, 3) }
}
