// The model's weights in TensorFlow.js's layout, so that its page has nothing to turn round: outputs last, and height
// and width before channels. Numbers and size stay as they are.
import { FEATURES, HIDDEN } from '../pages/network.mjs';

/** The `.safetensors` file of PyTorch's layout, as one of TensorFlow.js's; takes and gives bytes. */
export function tfjsWeights(bytes) {
  const headerLength = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.subarray(8, 8 + headerLength).toString());
  const data = Buffer.from(bytes.subarray(8 + headerLength));
  for (const [name, entry] of Object.entries(header)) {
    if (!name.endsWith('.weight')) continue;
    const { dtype, shape, data_offsets: [from, to] } = entry;
    const sizes = name === `${HIDDEN[0]}.weight` ? [shape[0], ...FEATURES] : shape;
    const order = sizes.length === 4 ? [2, 3, 1, 0] : [1, 0];
    const turned = transposed(data.subarray(from, to), sizes, order, dtype === 'I8' ? 1 : 4);
    turned.copy(data, from);
    entry.shape = shape.length === 4 ? order.map((axis) => shape[axis]) : [shape[1], shape[0]];
  }
  // Spaces keep the tensors aligned to 8 bytes, as the format asks.
  const json = Buffer.from(JSON.stringify(header));
  const padding = Buffer.alloc((8 - (json.length % 8)) % 8, ' ');
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length + padding.length));
  return Buffer.concat([length, json, padding, data]);
}

/** Items of `width` bytes with their axes in another order. */
function transposed(bytes, sizes, order, width) {
  const strides = sizes.map((_, axis) => sizes.slice(axis + 1).reduce((product, size) => product * size, 1));
  const result = Buffer.alloc(bytes.length);
  let written = 0;
  const walk = (depth, offset) => {
    if (depth === order.length) {
      bytes.copy(result, written, offset * width, (offset + 1) * width);
      written += width;
      return;
    }
    const axis = order[depth];
    for (let index = 0; index < sizes[axis]; index++) walk(depth + 1, offset + index * strides[axis]);
  };
  walk(0, 0);
  return result;
}
