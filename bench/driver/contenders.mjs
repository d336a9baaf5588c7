// Who is measured. All have the same network, the same weights and the same hooks.

const TFJS = '@tensorflow';
const TFJS_CORE = `${TFJS}/tfjs-core/dist/tf-core.es2017.min.js`;
const TFJS_LAYERS = `${TFJS}/tfjs-layers/dist/tf-layers.es2017.min.js`;
const ORT = 'onnxruntime-web/dist';

/** Where `site/assemble.mjs` puts a library's file, as the peers' pages see it. */
export const libraryUrl = (file) => `./lib/${file.split('/').pop()}`;

// What a peer's page consists of, for `site/assemble.mjs`: `scripts` it loads at once, `libraries` that are loaded by
// those (files of node_modules), its own module, what to fetch early, and the data attributes of its body.

function tfjs(backend, device, libraries = []) {
  const model = './models/tfjs.safetensors';
  return {
    ...peer(`tfjs-${backend}`, 'TensorFlow.js', `TensorFlow.js ${backend}`, device),
    scripts: [TFJS_CORE, `${TFJS}/tfjs-backend-${backend}/dist/tf-backend-${backend}.es2017.min.js`],
    libraries: [...libraries, TFJS_LAYERS],
    module: './tfjs.mjs',
    preload: [model, ...libraries.map(libraryUrl)],
    data: { backend, model, gradients: libraryUrl(TFJS_LAYERS) },
  };
}

function ort(provider, device, bundle, wasm) {
  const [graph, model] = ['./models/alexnet.onnx', './models/pytorch.safetensors'];
  return {
    ...peer(`ort-${provider}`, 'ONNX Runtime Web', `ONNX Runtime Web ${provider}`, device),
    scripts: [],
    libraries: [bundle, wasm],
    module: './ort.mjs',
    preload: [graph, model, libraryUrl(wasm)],
    data: { library: libraryUrl(bundle), provider, graph, model },
  };
}

function peer(id, owner, title, device) {
  const path = `peers/${id}.html`;
  return { id, owner, title, device, path, ordersPath: path };
}

export const PEERS = [
  tfjs('webgpu', 'webgpu'),
  tfjs('wasm', 'cpu', [`${TFJS}/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm`]),
  tfjs('cpu', 'cpu'),
  ort('webgpu', 'webgpu', `${ORT}/ort.webgpu.bundle.min.mjs`, `${ORT}/ort-wasm-simd-threaded.asyncify.wasm`),
  ort('wasm', 'cpu', `${ORT}/ort.wasm.bundle.min.mjs`, `${ORT}/ort-wasm-simd-threaded.wasm`),
];

const OURS = [
  ours('webgpu', 'ours/', 'ours/?bench'),
  ours('cpu', 'ours/?device=cpu', 'ours/?device=cpu&bench'),
];

function ours(device, path, ordersPath) {
  return { id: `ours-${device}`, owner: 'ours', title: `ours ${device}`, device, path, ordersPath };
}

/** In the order in which they take their turns. */
export const CONTENDERS = [...OURS, ...PEERS];
