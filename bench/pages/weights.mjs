// Weights from a .safetensors file: 32 bits a number, or 8 with a scale for each output of a layer.

/**
 * Reads a model: `{ classes, tensors }`, where `tensors` maps a name to `{ shape, values: Float32Array }`.
 * `outputsLast` says that a layer's outputs are the last dimension of its weights, as TensorFlow.js has them; in
 * PyTorch's layout they are the first.
 */
export function readModel(buffer, { outputsLast = false } = {}) {
  const headerLength = Number(new DataView(buffer).getBigUint64(0, true));
  const start = 8 + headerLength;
  const header = new TextDecoder().decode(new Uint8Array(buffer, 8, headerLength));
  const { __metadata__: metadata, ...entries } = JSON.parse(header);
  const raw = (name) => {
    const { dtype, data_offsets: [from, to] } = entries[name];
    const bytes = buffer.slice(start + from, start + to);
    if (dtype === 'F32') return new Float32Array(bytes);
    if (dtype === 'I8') return new Int8Array(bytes);
    throw new Error(`${name} is kept as ${dtype}, which the benchmark does not read; it reads F32 and I8`);
  };
  const tensors = new Map();
  for (const [name, { dtype, shape }] of Object.entries(entries)) {
    if (name.endsWith('.scale')) continue;
    const values = dtype === 'I8' ? dequantised(raw(name), raw(`${name}.scale`), outputsLast) : raw(name);
    tensors.set(name, { shape, values });
  }
  return { classes: JSON.parse(metadata.classes), tensors };
}

function dequantised(numbers, scales, outputsLast) {
  const values = new Float32Array(numbers.length);
  const outputs = scales.length;
  const each = numbers.length / outputs;
  // Two plain loops: a remainder for each of 15 million numbers would show in the start-up time.
  if (outputsLast) {
    for (let row = 0, index = 0; row < each; row++) {
      for (let output = 0; output < outputs; output++, index++) values[index] = numbers[index] * scales[output];
    }
  } else {
    for (let output = 0, index = 0; output < outputs; output++) {
      const scale = scales[output];
      for (let weight = 0; weight < each; weight++, index++) values[index] = numbers[index] * scale;
    }
  }
  return values;
}
