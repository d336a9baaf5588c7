// The network as an ONNX graph whose weights are outside the file, each under its PyTorch name.
// Field numbers are those of onnx.proto; protocol buffers are simple enough to be written by hand.
import { CONVOLUTIONS, HEAD, HIDDEN, IMAGE_SIZE, POOL } from '../pages/network.mjs';

const IR_VERSION = 8;
const OPSET = 17;
/** TensorProto.DataType.FLOAT, TensorProto.DataLocation.EXTERNAL. */
const FLOAT = 1;
const EXTERNAL = 1;
/** AttributeProto.AttributeType. */
const ATTRIBUTE = { int: 2, ints: 7 };

/** The graph as bytes; `tensors` maps names to `{ shape, values }`. */
export function onnxGraph(tensors) {
  const nodes = [];
  let last = 'images';
  const then = (operator, inputs = [], attributes = {}) => {
    const output = `${operator.toLowerCase()}-${nodes.length}`;
    nodes.push(node(operator, [last, ...inputs], output, attributes));
    last = output;
  };
  const parameters = (layer) => [`${layer}.weight`, `${layer}.bias`];

  for (const { name, stride, padding, pooled } of CONVOLUTIONS) {
    then('Conv', parameters(name), { strides: [stride, stride], pads: Array(4).fill(padding) });
    then('Relu');
    if (pooled) then('MaxPool', [], { kernel_shape: Array(2).fill(POOL.kernel), strides: Array(2).fill(POOL.stride) });
  }
  then('Flatten', [], { axis: 1 });
  for (const name of HIDDEN) {
    then('Gemm', parameters(name), { transB: 1 });
    then('Relu');
  }
  const classes = tensors.get(`${HEAD}.bias`).shape[0];
  nodes.push(node('Gemm', [last, ...parameters(HEAD)], 'logits', { transB: 1 }));

  const graph = [
    ...nodes.map((node) => message(1, node)),
    string(2, 'alexnet'),
    ...[...tensors].map(([name, tensor]) => message(5, externalTensor(name, tensor))),
    message(11, valueInfo('images', ['batch', 3, IMAGE_SIZE, IMAGE_SIZE])),
    message(12, valueInfo('logits', ['batch', classes])),
  ];
  return Buffer.concat([varint(1, IR_VERSION), message(7, graph), message(8, [varint(2, OPSET)])]);
}

function node(operator, inputs, output, attributes) {
  const attribute = ([name, value]) =>
    Array.isArray(value)
      ? [string(1, name), ...value.map((int) => varint(8, int)), varint(20, ATTRIBUTE.ints)]
      : [string(1, name), varint(3, value), varint(20, ATTRIBUTE.int)];
  return [
    ...inputs.map((input) => string(1, input)),
    string(2, output),
    string(3, output),
    string(4, operator),
    ...Object.entries(attributes).map((entry) => message(5, attribute(entry))),
  ];
}

function externalTensor(name, { shape, values }) {
  const entry = (key, value) => message(13, [string(1, key), string(2, value)]);
  return [
    ...shape.map((size) => varint(1, size)),
    varint(2, FLOAT),
    string(8, name),
    entry('location', name),
    entry('length', String(values.byteLength)),
    varint(14, EXTERNAL),
  ];
}

/** A tensor's name, type and shape; a size that is a word may be any. */
function valueInfo(name, shape) {
  const dimensions = shape.map((size) =>
    message(1, [typeof size === 'string' ? string(2, size) : varint(1, size)]),
  );
  const tensorType = [varint(1, FLOAT), message(2, dimensions)];
  return [string(1, name), message(2, [message(1, tensorType)])];
}

function varint(field, value) {
  return Buffer.from([...base128(field << 3), ...base128(value)]);
}

function string(field, text) {
  return delimited(field, Buffer.from(text));
}

function message(field, parts) {
  return delimited(field, Buffer.concat(parts));
}

function delimited(field, bytes) {
  return Buffer.concat([Buffer.from([...base128((field << 3) | 2), ...base128(bytes.length)]), bytes]);
}

function base128(value) {
  const bytes = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return [...bytes, value];
}
