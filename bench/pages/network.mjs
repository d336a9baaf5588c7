// The network as a table, for the peers to build it from: AlexNet at half width, see src/alexnet.rs.

export const IMAGE_SIZE = 224;
export const POOL = { kernel: 3, stride: 2 };
export const DROPOUT = 0.5;

/** The convolutions, each followed by a ReLU and, where `pooled`, by a max pool. */
export const CONVOLUTIONS = [
  { name: 'features.0', stride: 4, padding: 2, pooled: true },
  { name: 'features.3', stride: 1, padding: 2, pooled: true },
  { name: 'features.6', stride: 1, padding: 1, pooled: false },
  { name: 'features.8', stride: 1, padding: 1, pooled: false },
  { name: 'features.10', stride: 1, padding: 1, pooled: true },
];

/** The fully connected layers; dropout goes before, and a ReLU after, all but the last. */
export const HIDDEN = ['classifier.1', 'classifier.4'];
export const HEAD = 'classifier.6';

/** What the convolutions hand to the first fully connected layer: channels, height, width. */
export const FEATURES = [128, 6, 6];
