// The network whose every weight follows an exact integer formula, as a .safetensors file. PyTorch gives `LOGITS` for
// the first picture of the same formula, which is the picture of the page's self-test.
const SHAPES = {
  'features.0': [48, 3, 11, 11],
  'features.3': [128, 48, 5, 5],
  'features.6': [192, 128, 3, 3],
  'features.8': [192, 192, 3, 3],
  'features.10': [128, 192, 3, 3],
  'classifier.1': [2048, 4608],
  'classifier.4': [2048, 2048],
  'classifier.6': [5, 2048],
};

/** The layers of torchvision's network, but for its 1000 classes. */
export const FULL_WIDTH = {
  'features.0': [64, 3, 11, 11],
  'features.3': [192, 64, 5, 5],
  'features.6': [384, 192, 3, 3],
  'features.8': [256, 384, 3, 3],
  'features.10': [256, 256, 3, 3],
  'classifier.1': [4096, 9216],
  'classifier.4': [4096, 4096],
  'classifier.6': [5, 4096],
};

export const CLASSES = ['daisy', 'dandelion', 'roses', 'sunflowers', 'tulips'];

export const LOGITS = [
  3.730332136154175, 4.419888019561768, -8.212839126586914, 2.364063262939453, 0.36118894815444946,
];

/** The network, of half width or another, as the bytes of a .safetensors file with more metadata. */
export function formulaModel(shapes = SHAPES, metadata = {}) {
  const tensors = Object.entries(shapes).flatMap(([layer, shape]) => {
    const fanIn = shape.slice(1).reduce((product, size) => product * size);
    return [
      { name: `${layer}.weight`, shape, scale: Math.sqrt(6 / fanIn) },
      { name: `${layer}.bias`, shape: [shape[0]], scale: 0.1 },
    ];
  });
  return safetensors(tensors.map((tensor, number) => ({ ...tensor, values: fill(tensor, number) })), metadata);
}

/** Tensors `{ name, shape, values: Float32Array }` as the bytes of a .safetensors file with our class names. */
export function safetensors(tensors, metadata = {}) {
  const header = { __metadata__: { classes: JSON.stringify(CLASSES), ...metadata } };
  let end = 0;
  for (const { name, shape, values } of tensors) {
    header[name] = { dtype: 'F32', shape, data_offsets: [end, (end += values.byteLength)] };
  }
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return Buffer.concat([length, json, padding, ...tensors.map(({ values }) => Buffer.from(values.buffer))]);
}

function fill({ shape, scale }, number) {
  const values = new Float32Array(shape.reduce((product, size) => product * size));
  for (let index = 0; index < values.length; index++) values[index] = uniform(index, number) * scale;
  return values;
}

// -1 to 1, from the number of the value and that of its tensor.
function uniform(index, number) {
  let hash = index ^ Math.imul(number, 0x9e3779b9);
  for (let round = 0; round < 2; round++) hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash ^= hash >>> 16;
  return ((hash >>> 0) / 2 ** 32) * 2 - 1;
}
