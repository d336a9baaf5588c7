//! Numbers and lists in words, in the language that is spoken.

use rust_i18n::t;

/// "3,121".
pub fn number(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<_> = digits.as_bytes().rchunks(3).rev().map(String::from_utf8_lossy).collect();
    groups.join(",")
}

/// "14.6 million", "50 million"; in Chinese, which counts large numbers in ten thousands, "1459.2 万".
pub fn large(count: u64) -> String {
    let unit: f64 = t!("count.large_unit").parse().unwrap_or(1e6);
    let number = (count as f64 / unit * 10.0).round() / 10.0;
    t!("count.large", number = number).into()
}

/// "1 photo", "3,121 photos".
pub fn photos(count: usize) -> String {
    match count {
        1 => t!("count.one_photo"),
        _ => t!("count.photos", count = number(count)),
    }
    .into()
}

/// "1 epoch", "10 epochs".
pub fn epochs(count: usize) -> String {
    match count {
        1 => t!("count.one_epoch"),
        _ => t!("count.epochs", count = number(count)),
    }
    .into()
}

/// "1 answer", "3,121 answers".
pub fn answers(count: usize) -> String {
    match count {
        1 => t!("count.one_answer"),
        _ => t!("count.answers", count = number(count)),
    }
    .into()
}

/// "daisy, roses and tulips"; of more than `at_most` names the last ones are only counted.
pub fn listed(names: &[String], at_most: usize) -> String {
    let separator = t!("list.separator");
    match names {
        [] => String::new(),
        [only] => only.clone(),
        [head @ .., last] if names.len() <= at_most => t!("list.and", head = head.join(&separator), last = last).into(),
        _ => {
            let (shown, rest) = names.split_at(at_most - 1);
            t!("list.and_more", shown = shown.join(&separator), more = number(rest.len())).into()
        }
    }
}

/// A loss; one out of all proportion as "1.5e18".
pub fn loss(value: f64, digits: usize) -> String {
    if !value.is_finite() {
        t!("count.beyond").into()
    } else if value < 1000.0 {
        format!("{value:.digits$}")
    } else {
        format!("{value:.1e}")
    }
}

/// "81.2 %".
pub fn percent(share: f64) -> String {
    t!("count.percent", value = format!("{:.1}", share * 100.0)).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_cut_short() {
        let names = ["a", "b", "c", "d"].map(String::from);
        let lists = [&names[..0], &names[..1], &names[..2], &names[..3], &names].map(|names| listed(names, 3));
        assert_eq!(lists, ["", "a", "a and b", "a, b and c", "a, b and 2 more"]);
    }

    #[test]
    fn large_numbers_are_rounded() {
        assert_eq!([large(14_591_685), large(50_000_000)], ["14.6 million", "50 million"]);
    }

    #[test]
    fn counts_know_one_from_many() {
        assert_eq!([photos(1), photos(2), photos(3121)], ["1 photo", "2 photos", "3,121 photos"]);
    }
}
