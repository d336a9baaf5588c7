// The network in ONNX Runtime Web, on the execution provider that the page names. It has no training.
import { IMAGE_SIZE } from './network.mjs';
import { runPage } from './page.mjs';
import { readModel } from './weights.mjs';

const { library, provider, graph, model } = document.body.dataset;
runPage(load);

async function load() {
  const bytes = (url) => fetch(url).then((response) => response.arrayBuffer());
  const [ort, graphBytes, modelBytes] = await Promise.all([import(library), bytes(graph), bytes(model)]);
  ort.env.wasm.numThreads = 1;

  const { classes, tensors } = readModel(modelBytes);
  const session = await ort.InferenceSession.create(new Uint8Array(graphBytes), {
    executionProviders: [provider],
    // The graph names each tensor as a file of its own.
    externalData: [...tensors].map(([path, { values }]) => ({ path, data: new Uint8Array(values.buffer) })),
  });
  return {
    layout: 'NCHW',
    classes,
    logits: async (images, count) => {
      const { logits } = await session.run({
        images: new ort.Tensor('float32', images, [count, 3, IMAGE_SIZE, IMAGE_SIZE]),
      });
      return logits.data;
    },
  };
}
