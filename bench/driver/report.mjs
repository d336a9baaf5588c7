// The table and the JSON.
import os from 'node:os';

import { CONTENDERS } from './contenders.mjs';
import { MEASURES, inWords } from './measures.mjs';

/** Which contender stands in which column, by the row's device. */
const COLUMNS = {
  webgpu: ['ours-webgpu', 'tfjs-webgpu', null, 'ort-webgpu'],
  cpu: ['ours-cpu', 'tfjs-wasm', 'tfjs-cpu', 'ort-wasm'],
};
const HEADINGS = [
  'measure', 'device', 'ours', 'TensorFlow.js', 'TensorFlow.js cpu', 'ONNX Runtime Web', 'ours is better by',
];

const EXPLANATION = [
  'Medians, with the least and the largest of several runs, the contenders in turn, or a single run, which says so.',
  '"Ours is better by" compares with the better peer on the same device: above 1 ours is faster or smaller.',
  'TensorFlow.js has its wasm backend in the CPU rows; cpu is its backend in JavaScript. Memory is that of the page\'s',
  'and of the GPU process at their largest (VmHWM). Code is all that a page loads until its first answer, weights apart.',
  'All have the same weights in 8 bits.',
].join(' ');

/** The machine that this runs on. */
export function machine() {
  const cpus = os.cpus();
  return {
    processor: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memory: `${Math.round(os.totalmem() / 2 ** 30)} GiB`,
    system: `${os.type()} ${os.release()} ${os.arch()}`,
  };
}

/** Everything, for machines; `circumstances` is what it was measured on, and how. */
export function asJson(circumstances, results) {
  return {
    ...circumstances,
    measures: MEASURES.map((measure) => ({
      ...measure,
      results: Object.fromEntries(
        CONTENDERS.map((contender) => [contender.id, results.summary(measure.id, contender)]),
      ),
      ratios: results.ratios(measure),
    })),
  };
}

/** Everything, for people: Markdown. */
export function asMarkdown({ date, quick, machine, adapter, chromium, versions, parity }, results) {
  const notes = [];
  const rows = MEASURES.flatMap((measure) => (
    Object.entries(COLUMNS).map(([device, columns]) => row(measure, device, columns, results, notes))
  ));
  const packages = Object.entries(versions).map(([name, version]) => `${name} ${version}`).join(', ');
  return [
    `Measured on ${date.slice(0, 10)}${quick ? ' (quick)' : ''}: ${machine.processor}, ${machine.cores} cores, ` +
      `${machine.memory}, ${machine.system}; WebGPU adapter: ${adapterInWords(adapter)}; Chromium ${chromium}; ` +
      `${packages}.`,
    `The same network everywhere: the logits of a picture differ by at most ${inDigits(parity.logits)}, ` +
      `the probabilities of others by ${inDigits(parity.probabilities)}.`,
    '',
    table([HEADINGS, ...rows]),
    '',
    EXPLANATION,
    ...notes.map((note, index) => `${index + 1}. ${note}`),
  ].join('\n');
}

function row(measure, device, columns, results, notes) {
  const cells = columns.map((id) => {
    if (id === null) return '';
    return cell(results.summary(measure.id, contender(id)), measure.unit, notes);
  });
  const better = bestPeer(Object.entries(results.ratios(measure)[columns[0]] ?? {}));
  const ratio = better ? `${Number(better.ratio.toPrecision(3))}x (${contender(better.id).title})` : '';
  return [measure.title, { webgpu: 'WebGPU', cpu: 'CPU' }[device], ...cells, ratio];
}

/** The peer against which ours does worst. */
function bestPeer(ratios) {
  const [first, ...others] = ratios.map(([id, ratio]) => ({ id, ratio }));
  return others.reduce((best, other) => (other.ratio < best.ratio ? other : best), first);
}

/** The units of what is the same in every run. */
const EXACT = ['KB'];

function cell({ status, reason, remark, detail, median, min, max, samples, onlyFirst }, unit, notes) {
  const note = (text) => {
    if (!notes.includes(text)) notes.push(text);
    return ` [${notes.indexOf(text) + 1}]`;
  };
  const about = detail ? `, ${detail}` : '';
  if (status !== 'measured') return `${status}${about}${note(reason)}`;
  const isSingle = samples.length === 1;
  const spread = isSingle || min === max ? '' : ` (${inWords(min, unit)} to ${inWords(max, unit)})`;
  const remarks = [remark, isSingle && !onlyFirst && !EXACT.includes(unit) && 'a single run'];
  return `${inWords(median, unit)}${spread}${about}${remarks.filter(Boolean).map(note).join('')}`;
}

function inDigits(difference) {
  return difference === null ? 'an unknown amount' : difference.toExponential(1);
}

function adapterInWords({ name, description }) {
  if (!description) return 'none';
  const { vendor, architecture, device, description: words } = description;
  return [name, [vendor, architecture, device, words].filter(Boolean).join(' ')].filter(Boolean).join(', ');
}

function contender(id) {
  return CONTENDERS.find((contender) => contender.id === id);
}

/** Rows of cells as a Markdown table; the first is the head. */
function table(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(' | ')} |`;
  const [head, ...body] = rows;
  return [line(head), `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body.map(line)].join('\n');
}
