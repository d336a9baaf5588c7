// A peer's page. It keeps the hooks that our own page has for scripts, so that both are measured by the same hand:
// `body[data-state]`, `input#photos`, `[data-photo]`, and orders through `bench` events.
import { readPhotos, testPictures } from './pictures.mjs';

/** Photos that go through the network together. */
const BATCH = 8;

/**
 * Runs the page of a network.
 *
 * `load()` brings it up: `{ layout, classes, logits(images, count), trainer? }`. `logits` takes and gives numbers in
 * the page's memory. `trainer` has `full(images, labels)` and `head(features, labels)`, one step each, which resolve
 * once the loss is known, and `features(images, count)`, what the last layer sees.
 */
export async function runPage(load) {
  const { body } = document;
  try {
    const network = await load();
    body.dataset.state = 'ready';
    listenForPhotos(network);
    listenForOrders(network);
  } catch (error) {
    body.dataset.state = 'failed';
    body.dataset.error = error?.message ?? String(error);
    throw error;
  }
}

/** Classifies what is chosen, and what has been chosen by now; the next batch is read while one is computed. */
function listenForPhotos(network) {
  const input = document.querySelector('input#photos');
  const classify = async (files) => {
    const batches = [];
    for (let from = 0; from < files.length; from += BATCH) batches.push(files.slice(from, from + BATCH));
    let next = batches.length > 0 && readPhotos(batches[0], network.layout);
    for (const [index, batch] of batches.entries()) {
      const images = await next;
      next = index + 1 < batches.length && readPhotos(batches[index + 1], network.layout);
      show(batch, await network.logits(images, batch.length), network.classes);
    }
  };
  const take = () => {
    const files = [...input.files];
    classify(files).catch((error) => {
      for (const file of files) addItem(file, { error: error?.message ?? String(error) });
    });
  };
  input.addEventListener('change', take);
  if (input.files.length > 0) take();
}

function show(files, logits, classes) {
  files.forEach((file, index) => {
    const probabilities = softmax(logits.subarray(index * classes.length, (index + 1) * classes.length));
    const top = probabilities.indexOf(Math.max(...probabilities));
    addItem(file, { label: classes[top], probability: probabilities[top].toFixed(6) });
  });
}

/** Lists a photo with its answer, `{ label, probability }` or `{ error }`. */
function addItem(file, answer) {
  const item = document.createElement('li');
  Object.assign(item.dataset, { photo: file.name, ...answer });
  item.textContent = `${file.name}: ${Object.values(answer).join(', ')}`;
  document.querySelector('#answers').append(item);
}

function softmax(logits) {
  const largest = Math.max(...logits);
  const powers = Array.from(logits, (logit) => Math.exp(logit - largest));
  const sum = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / sum);
}

/**
 * Obeys orders `document.dispatchEvent(new CustomEvent('bench', { detail: 'infer-8' }))`: `logits` (of the first test
 * picture), `infer-N`, `full-N` and `head-N` (one run or training step with N pictures). The answer is JSON in
 * `body[data-bench]`, which is there from the start and empty while an order is carried out.
 */
function listenForOrders(network) {
  const { dataset } = document.body;
  const obey = worker(network);
  dataset.bench = '{}';
  document.addEventListener('bench', async ({ detail: order }) => {
    dataset.bench = '';
    try {
      dataset.bench = JSON.stringify(await obey(order));
    } catch (error) {
      const message = error?.message ?? String(error);
      // TensorFlow.js's way to say that a backend cannot do this at all.
      const kind = /not registered for backend/.test(message) ? 'missing' : 'error';
      dataset.bench = JSON.stringify({ [kind]: message });
    }
  });
}

function worker({ layout, classes, logits, trainer }) {
  const timed = async (work) => {
    const start = performance.now();
    await work();
    return { milliseconds: performance.now() - start };
  };
  // Pictures and features are made outside the time that counts, and once.
  const images = remembering((count) => testPictures(count, layout));
  const features = remembering((count) => trainer.features(images(count), count));
  const labels = (count) => Int32Array.from({ length: count }, (_, index) => index % classes.length);

  return async (order) => {
    if (order === 'logits') return { logits: [...(await logits(images(1), 1))] };
    const [kind, number] = order.split('-');
    const count = Number(number);
    if (kind === 'infer') {
      const batch = images(count);
      return timed(() => logits(batch, count));
    }
    if (!trainer) return { missing: 'it cannot train' };
    const given = kind === 'head' ? await features(count) : images(count);
    return timed(() => trainer[kind](given, labels(count)));
  };
}

function remembering(make) {
  const made = new Map();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key);
  };
}
