// What is measured, in the order of the table.

export const INFERENCE_BATCHES = [1, 8, 32];
/** Two pictures are what finishes everywhere. */
export const TRAINING_BATCHES = [2, 8, 32];
export const MODES = ['full', 'head'];

const MODE_TITLES = { full: 'training step, all layers', head: 'training step, head on known features' };

export const MEASURES = [
  { id: 'cold-start', title: 'cold start to first answer', unit: 'ms', better: 'less' },
  { id: 'warm-start', title: 'warm start to first answer', unit: 'ms', better: 'less' },
  ...INFERENCE_BATCHES.map((batch) => (
    { id: `infer-${batch}`, title: `inference, batch ${batch}`, unit: 'ms', better: 'less' }
  )),
  ...MODES.flatMap((mode) => TRAINING_BATCHES.map((batch) => (
    { id: `${mode}-${batch}`, title: `${MODE_TITLES[mode]}, batch ${batch}`, unit: 'ms', better: 'less' }
  ))),
  { id: 'photos', title: 'JPEG files to answers', unit: 'photos/s', better: 'more' },
  { id: 'memory', title: 'peak memory while doing so', unit: 'MB', better: 'less' },
  { id: 'code', title: 'code over the wire, brotli', unit: 'KB', better: 'less' },
  { id: 'weights', title: 'weights over the wire, brotli', unit: 'KB', better: 'less' },
];

/** A value of a measure in words. */
export function inWords(value, unit) {
  if (unit === 'ms') return value < 1000 ? `${digits(value)} ms` : `${digits(value / 1000)} s`;
  return `${digits(value)} ${unit}`;
}

/** Three digits that count; whole numbers stay whole. */
function digits(value) {
  return value >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
}
