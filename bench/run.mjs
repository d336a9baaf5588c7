// The benchmark: ours and the peers in the same browser, in turn. `cargo xtask bench` sets everything up and starts it:
//
//     node run.mjs --chromium FILE --site URL --work FOLDER --out FILE [--quick]
//
// `--site` is where the pages are served that `site/assemble.mjs` has put into `<work>/site`.
import { mkdir, open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { Browser, findAdapter } from './driver/browser.mjs';
import { CONTENDERS } from './driver/contenders.mjs';
import { INFERENCE_BATCHES, MEASURES, MODES, TRAINING_BATCHES } from './driver/measures.mjs';
import { measureRuns, openStations } from './driver/orders.mjs';
import { checkParity } from './driver/parity.mjs';
import { drawnPhotos } from './driver/photos.mjs';
import { Plan } from './driver/plan.mjs';
import { asJson, asMarkdown, machine } from './driver/report.mjs';
import { Results } from './driver/results.mjs';
import { measureStarts } from './driver/starts.mjs';
import { measureThroughput } from './driver/throughput.mjs';
import { measureWire } from './driver/wire.mjs';

const { values: options } = parseArgs({
  options: {
    chromium: { type: 'string' },
    site: { type: 'string' },
    work: { type: 'string' },
    out: { type: 'string' },
    quick: { type: 'boolean', default: false },
  },
});

// An hour is not to be lost over a file that cannot be written.
await mkdir(path.dirname(path.resolve(options.out)), { recursive: true });
await (await open(options.out, 'a')).close();

const plan = new Plan(options.quick);
const setting = {
  executable: options.chromium,
  args: [],
  site: options.site,
  folder: path.join(options.work, 'site'),
  limit: plan.limit,
};
console.log('==> find a WebGPU adapter');
const adapter = await findAdapter(setting.executable, setting.site);
console.log(`    ${adapter.name}`);
setting.args = adapter.args;

console.log('==> draw photos');
const photos = await drawnPhotos(path.join(options.work, 'photos'), setting);
const results = new Results();

console.log('==> open the pages, and see that all compute the same');
const runs = [
  ...INFERENCE_BATCHES.map((count) => ({ phase: 'inference', kind: 'infer', count, rounds: plan.runs })),
  // The short ones first: there may be no time for all of the others.
  ...[...MODES].reverse().flatMap((kind) => (
    // Those of the last layer are as short as inference.
    TRAINING_BATCHES.map((count) => ({ phase: 'training', kind, count, rounds: kind === 'head' ? plan.runs : plan.steps }))
  )),
];
const measures = MEASURES.map(({ id }) => id);
const stations = await openStations(CONTENDERS, measures, setting, results);
let parity;
// Who has shown that it computes the network; nobody else is measured.
let contenders;
try {
  const { stations: answering, ...differences } = await checkParity(stations, photos.pngs, measures, results);
  parity = differences;
  contenders = answering.map(({ contender }) => contender);
  console.log('==> inference and training steps');
  for (const run of runs) await measureRuns(run, answering, plan, results);
} finally {
  for (const station of stations) await station.close();
}

console.log('==> cold and warm starts');
const urls = await measureStarts(contenders, photos.jpegs[0], setting, plan, results);
console.log('==> photos a second');
await measureThroughput(contenders, photos.jpegs, setting, plan, results);
console.log('==> bytes over the wire');
await measureWire(urls, setting, path.join(options.work, 'brotli'), results);

const circumstances = {
  date: new Date().toISOString(),
  quick: options.quick,
  machine: machine(),
  adapter,
  chromium: await chromiumVersion(),
  versions: await peerVersions(),
  parity,
};
console.log(`\n${asMarkdown(circumstances, results)}`);
await writeFile(options.out, `${JSON.stringify(asJson(circumstances, results), null, 2)}\n`);
console.log(`\nAll figures: ${options.out}`);

async function chromiumVersion() {
  const browser = await Browser.launch(setting);
  const { version } = browser;
  await browser.close();
  return version;
}

async function peerVersions() {
  const { devDependencies } = JSON.parse(await readFile(new URL('package.json', import.meta.url), 'utf8'));
  const peers = Object.entries(devDependencies).filter(([name]) => /tfjs-core|onnxruntime/.test(name));
  return Object.fromEntries(peers);
}
