//! Photos that occur more than once: as equal files, or looking alike.

use std::collections::{BTreeSet, HashMap};

use super::{Photo, PhotoSet, Seen};

/// Photos that differ in at most this many of the 64 bits of their appearance look alike.
pub const ALIKE: u32 = 4;

/// Photos that are one and the same, or nearly so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duplicates {
    /// Their places in [`PhotoSet::photos`], at least two; of equal files that look like others only the first is here.
    pub photos: Vec<usize>,
    /// Whether the files are equal; otherwise the photos look alike.
    pub exact: bool,
}

impl Duplicates {
    /// The class names that those of the photos bear that are used.
    pub fn labels<'a>(&self, set: &'a PhotoSet) -> BTreeSet<&'a str> {
        self.used(set).map(|(_, photo)| photo.class.as_str()).collect()
    }

    /// Whether the same photo is used under several labels.
    pub fn is_contradictory(&self, set: &PhotoSet) -> bool {
        self.labels(set).len() > 1
    }

    /// Whether more than one of the photos is used.
    pub fn is_open(&self, set: &PhotoSet) -> bool {
        self.used(set).nth(1).is_some()
    }

    /// Leaves out all of the photos but the first; all of them where they bear several labels, since nothing here tells
    /// which one is right.
    pub fn thin(&self, set: &mut PhotoSet) {
        let kept = usize::from(!self.is_contradictory(set));
        let places: Vec<usize> = self.used(set).map(|(place, _)| place).skip(kept).collect();
        for place in places {
            set.leave_out(place, true);
        }
    }

    fn used<'a>(&self, set: &'a PhotoSet) -> impl Iterator<Item = (usize, &'a Photo)> {
        self.photos.iter().map(|&place| (place, &set.photos()[place])).filter(|(_, photo)| set.is_used(photo))
    }
}

/// The search for duplicates, in steps: it compares every photo with every other.
pub struct Search {
    exact: Vec<Duplicates>,
    /// The first photo of each content, with its appearance.
    different: Vec<(usize, u64)>,
    /// Each points towards the first of those that look like it.
    like: Vec<usize>,
    row: usize,
}

impl Search {
    /// Finds the equal files; those that look alike are yet to be compared.
    pub fn new(set: &PhotoSet) -> Self {
        let mut by_content: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut different = Vec::new();
        for (place, photo) in set.photos().iter().enumerate() {
            if let Seen::Readable { content, appearance } = &photo.seen {
                let places = by_content.entry(content).or_default();
                if places.is_empty() && has_features(*appearance) {
                    different.push((place, *appearance));
                }
                places.push(place);
            }
        }
        let mut exact: Vec<_> = by_content
            .into_values()
            .filter(|places| places.len() > 1)
            .map(|photos| Duplicates { photos, exact: true })
            .collect();
        exact.sort_unstable_by(|a, b| a.photos.cmp(&b.photos));
        let like = (0..different.len()).collect();
        Self { exact, different, like, row: 0 }
    }

    /// Compares some more pairs of photos, about as many as asked for. False once all are compared.
    pub fn step(&mut self, pairs: usize) -> bool {
        let mut compared = 0;
        while compared < pairs && self.row < self.different.len() {
            let appearance = self.different[self.row].1;
            for other in self.row + 1..self.different.len() {
                if (appearance ^ self.different[other].1).count_ones() <= ALIKE {
                    self.unite(self.row, other);
                }
            }
            compared += self.different.len() - self.row;
            self.row += 1;
        }
        self.row < self.different.len()
    }

    /// What was found: equal files first, then photos that look alike, each sorted by path.
    pub fn found(mut self) -> Vec<Duplicates> {
        let mut groups: HashMap<usize, Vec<usize>> = HashMap::new();
        for index in 0..self.different.len() {
            let first = self.first_like(index);
            groups.entry(first).or_default().push(self.different[index].0);
        }
        let mut alike: Vec<_> = groups
            .into_values()
            .filter(|places| places.len() > 1)
            .map(|photos| Duplicates { photos, exact: false })
            .collect();
        alike.sort_unstable_by(|a, b| a.photos.cmp(&b.photos));
        self.exact.extend(alike);
        self.exact
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.first_like(a), self.first_like(b));
        self.like[a.max(b)] = a.min(b);
    }

    fn first_like(&mut self, mut index: usize) -> usize {
        while self.like[index] != index {
            self.like[index] = self.like[self.like[index]];
            index = self.like[index];
        }
        index
    }
}

/// Blank photos all look alike, whatever their colour.
fn has_features(appearance: u64) -> bool {
    !matches!(appearance.count_ones(), 0 | 64)
}
