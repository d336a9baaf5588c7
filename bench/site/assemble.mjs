// Puts together what `cargo xtask bench` serves: our `dist/`, a page for each peer, their libraries and weights.
//
//     node site/assemble.mjs ../dist ../target/bench/site
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { PEERS, libraryUrl } from '../driver/contenders.mjs';
import { readModel } from '../pages/weights.mjs';
import { onnxGraph } from './onnx.mjs';
import { tfjsWeights } from './tfjs-weights.mjs';

const BENCH = path.resolve(fileURLToPath(import.meta.url), '../..');

const [dist, site] = process.argv.slice(2).map((folder) => path.resolve(folder));
const peers = path.join(site, 'peers');
await rm(site, { recursive: true, force: true });
await cp(dist, path.join(site, 'ours'), { recursive: true });
await cp(path.join(BENCH, 'pages'), peers, { recursive: true });

const models = path.join(peers, 'models');
await mkdir(models);
const weights = await readFile(await shippedModel());
await writeFile(path.join(models, 'pytorch.safetensors'), weights);
await writeFile(path.join(models, 'tfjs.safetensors'), tfjsWeights(weights));
const { tensors } = readModel(weights.buffer.slice(weights.byteOffset, weights.byteOffset + weights.byteLength));
await writeFile(path.join(models, 'alexnet.onnx'), onnxGraph(tensors));

for (const peer of PEERS) {
  for (const file of [...peer.scripts, ...peer.libraries]) {
    const source = path.join(BENCH, 'node_modules', file);
    await cp(source, path.join(peers, libraryUrl(file)));
  }
  await writeFile(path.join(peers, `${peer.id}.html`), html(peer));
}
const links = ['ours/', ...PEERS.map(({ id }) => `peers/${id}.html`)];
await writeFile(path.join(site, 'index.html'), links.map((link) => `<p><a href="${link}">${link}</a></p>\n`).join(''));

/** The weights that our page loads. */
async function shippedModel() {
  const html = await readFile(path.join(dist, 'index.html'), 'utf8');
  const url = html.match(/data-model="([^"?]+)/)?.[1];
  if (!url) throw new Error(`${dist}/index.html does not name a model; build the page anew: cargo xtask build`);
  return path.join(dist, url);
}

/** A page as its library's documentation has it, with early hints of what it will fetch. */
function html({ title, scripts, module, preload, data }) {
  const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${value}"`);
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    `<title>AlexNet in ${title}</title>`,
    '<link rel="icon" href="data:,">',
    ...preload.map((url) => `<link rel="preload" href="${url}" as="fetch" crossorigin>`),
    ...scripts.map((file) => `<script defer src="${libraryUrl(file)}"></script>`),
    `<script type="module" src="${module}"></script>`,
    `<body data-state="loading"${attributes.join('')}>`,
    '<input id="photos" type="file" multiple>',
    '<ol id="answers"></ol>\n',
  ].join('\n');
}
