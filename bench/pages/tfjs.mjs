// The network in TensorFlow.js, on the backend that the page names. `tf` is global, as its published scripts have it.
import { CONVOLUTIONS, DROPOUT, HEAD, HIDDEN, IMAGE_SIZE, POOL } from './network.mjs';
import { runPage } from './page.mjs';
import { readModel } from './weights.mjs';

const LEARNING_RATE = 2e-4;

const { backend, model, gradients } = document.body.dataset;
runPage(load);

async function load() {
  const download = fetch(model).then((response) => response.arrayBuffer());
  if (backend === 'wasm') tf.wasm.setWasmPaths('lib/');
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no backend "${backend}" here`);
  const { classes, tensors } = readModel(await download, { outputsLast: true });
  const variables = new Map();
  for (const [name, { shape, values }] of tensors) {
    variables.set(name, tf.variable(tf.tensor(values, shape), true, name));
  }
  const weight = (layer) => variables.get(`${layer}.weight`);
  const bias = (layer) => variables.get(`${layer}.bias`);

  const linear = (x, layer, activation) =>
    tf.fused.matMul({ a: x, b: weight(layer), bias: bias(layer), activation });

  /** What the last layer sees. */
  const features = (images, training) => {
    let x = images;
    for (const { name, stride, padding, pooled } of CONVOLUTIONS) {
      x = tf.fused.conv2d({
        x, filter: weight(name), strides: stride, pad: padding, bias: bias(name), activation: 'relu',
      });
      if (pooled) x = tf.maxPool(x, POOL.kernel, POOL.stride, 'valid');
    }
    x = tf.reshape(x, [images.shape[0], -1]);
    for (const name of HIDDEN) {
      if (training) x = tf.dropout(x, DROPOUT);
      x = linear(x, name, 'relu');
    }
    return x;
  };

  const onDevice = (images, count) => tf.tensor4d(images, [count, IMAGE_SIZE, IMAGE_SIZE, 3]);
  const read = async (tensor) => {
    const values = await tensor.data();
    tensor.dispose();
    return values;
  };

  const optimizer = { full: tf.train.adam(LEARNING_RATE), head: tf.train.adam(LEARNING_RATE) };
  const trained = { full: [...variables.values()], head: [weight(HEAD), bias(HEAD)] };
  const step = async (mode, labels, lastHidden) => {
    await gradientsReady();
    const loss = () => {
      const targets = tf.oneHot(tf.tensor1d(labels, 'int32'), classes.length);
      return tf.losses.softmaxCrossEntropy(targets, linear(lastHidden(), HEAD));
    };
    return read(tf.tidy(() => optimizer[mode].minimize(loss, true, trained[mode])));
  };

  return {
    layout: 'NHWC',
    classes,
    logits: (images, count) => read(tf.tidy(() => linear(features(onDevice(images, count), false), HEAD))),
    trainer: {
      features: async (images, count) => {
        const known = tf.tidy(() => features(onDevice(images, count), false));
        // A GPU that is still at it would make the first step look long.
        await known.data();
        return known;
      },
      full: (images, labels) => step('full', labels, () => features(onDevice(images, labels.length), true)),
      head: (features, labels) => step('head', labels, () => features),
    },
  };
}

/** Loads the gradients, which the core's published script leaves out; who only predicts need not fetch them. */
let loading;
function gradientsReady() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = gradients;
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${gradients} cannot be loaded`));
    document.head.append(script);
  });
  return loading;
}
