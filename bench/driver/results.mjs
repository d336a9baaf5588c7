// What was measured, and what was not and why.
import { CONTENDERS } from './contenders.mjs';
import { MEASURES, inWords } from './measures.mjs';

/** One cell for each measure and contender; it says aloud what it is given. */
export class Results {
  #cells = new Map();

  /** A sample that counts. */
  add(measure, contender, value) {
    this.cell(measure, contender).samples.push(value);
    say(measure, contender, inWords(value, unitOf(measure)));
  }

  /** The first run, which does not count where there are others. */
  warmUp(measure, contender, value) {
    this.cell(measure, contender).first = value;
    say(measure, contender, `${inWords(value, unitOf(measure))} (warm-up)`);
  }

  /** The first run, where there is no time for another. */
  onlyRun(measure, contender, value, detail) {
    Object.assign(this.cell(measure, contender), { first: value, onlyFirst: true });
    this.add(measure, contender, value);
    this.remark(measure, contender, 'the first run: no time for another; compared with the first run of the other', detail);
  }

  /** Why there is nothing to measure: `status` is `n/a`, `left out` or `failed`; `detail` is for this cell alone. */
  lacks(measure, contender, status, reason, detail) {
    const cell = this.cell(measure, contender);
    if (cell.samples.length === 0) Object.assign(cell, { status, reason, detail });
    else this.remark(measure, contender, `later ${status}: ${reason}`, detail);
    say(measure, contender, `${status}: ${reason}${detail ? ` (${detail})` : ''}`);
  }

  /** Something to know about what was measured; `detail` is for this cell alone. */
  remark(measure, contender, remark, detail) {
    Object.assign(this.cell(measure, contender), { remark, detail });
  }

  cell(measure, contender) {
    const key = `${measure} ${contender.id}`;
    if (!this.#cells.has(key)) this.#cells.set(key, { samples: [] });
    return this.#cells.get(key);
  }

  /** A cell with its median, least and largest sample. */
  summary(measure, contender) {
    const { samples, ...rest } = this.cell(measure, contender);
    if (samples.length === 0) return { status: 'left out', reason: 'there was no time left', ...rest };
    const [min, max] = [Math.min(...samples), Math.max(...samples)];
    return { ...rest, status: 'measured', median: median(samples), min, max, samples };
  }

  /**
   * How many times better ours is than each peer on the same device:
   * `{ <ours>: { <peer>: ratio } }` with all that were measured. Where one of both had its first run only, the first runs of
   * both are compared.
   */
  ratios({ id, better }) {
    const ratio = (...both) => {
      const summaries = both.map((contender) => this.summary(id, contender));
      const figure = summaries.some(({ onlyFirst }) => onlyFirst) ? 'first' : 'median';
      const [ours, peer] = summaries.map((summary) => summary[figure]);
      return better === 'less' ? peer / ours : ours / peer;
    };
    const measured = CONTENDERS.filter((contender) => this.summary(id, contender).median !== undefined);
    const peersOf = ({ device }) => measured.filter((peer) => peer.owner !== 'ours' && peer.device === device);
    return Object.fromEntries(
      measured
        .filter(({ owner }) => owner === 'ours')
        .map((ours) => [ours.id, Object.fromEntries(peersOf(ours).map((peer) => [peer.id, ratio(ours, peer)]))]),
    );
  }
}

function median(samples) {
  const sorted = [...samples].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function unitOf(measure) {
  return MEASURES.find(({ id }) => id === measure).unit;
}

function say(measure, { title }, text) {
  console.log(`    ${measure.padEnd(12)} ${title.padEnd(24)} ${text}`);
}
