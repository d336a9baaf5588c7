// Inference and training steps, by orders to pages that stay open.
import { Browser } from './browser.mjs';
import { inWords } from './measures.mjs';
import { Gone, Visit } from './visit.mjs';

/** A contender's page, open and ready, in a browser of its own. */
export class Station {
  /** How long a run with so many pictures took, by kind: `{ infer: { count, milliseconds } }`. */
  #known = {};

  static async open(contender, setting) {
    const browser = await Browser.launch(setting);
    try {
      const visit = await Visit.open(browser, contender, setting, contender.ordersPath);
      await visit.ready();
      return new Station(contender, browser, visit);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  constructor(contender, browser, visit) {
    Object.assign(this, { contender, browser, visit });
  }

  /** Milliseconds of one run, or `{ missing: why }`. */
  async run(kind, count) {
    if (this.gone) throw this.gone;
    try {
      const { missing, milliseconds } = await this.visit.order(`${kind}-${count}`);
      if (missing) return { missing };
      this.learn(kind, count, milliseconds);
      return { milliseconds };
    } catch (error) {
      if (error instanceof Gone) this.gone = error;
      throw error;
    }
  }

  /** Takes note of how long a run took; endless where it did not end. */
  learn(kind, count, milliseconds) {
    this.#known[kind] = { count, milliseconds };
  }

  /** How long a run may take, judging by the last one of its kind; 0 where nothing is known. */
  expected(kind, count) {
    const known = this.#known[kind];
    return known ? (known.milliseconds * count) / known.count : 0;
  }

  close() {
    return this.browser.close();
  }
}

/** Opens all pages; those that fail are noted as lacking `measures`. */
export async function openStations(contenders, measures, setting, results) {
  const stations = [];
  for (const contender of contenders) {
    const station = await attempt(measures, contender, results, () => Station.open(contender, setting));
    if (station) stations.push(station);
  }
  return stations;
}

/** Measures one kind of run at one size, the contenders in turn. */
export async function measureRuns({ phase, kind, count, rounds }, stations, plan, results) {
  const measure = `${kind}-${count}`;
  const going = [];
  for (const station of stations) {
    const { contender } = station;
    const { reason, detail } = obstacle(station.expected(kind, count), phase, plan);
    if (reason) {
      results.lacks(measure, contender, 'left out', reason, detail);
      continue;
    }
    await attempt([measure], contender, results, async () => {
      const { missing, milliseconds } = await station.run(kind, count);
      if (missing) {
        results.lacks(measure, contender, 'n/a', missing);
        return;
      }
      if (plan.repeats(phase, milliseconds)) {
        results.warmUp(measure, contender, milliseconds);
        going.push(station);
      } else {
        results.onlyRun(measure, contender, milliseconds);
      }
    });
  }
  for (let round = 0; round < rounds; round++) {
    const again = (station) => round === 0 || plan.hasTime(phase, station.expected(kind, count));
    for (const station of going.filter(again)) {
      await attempt([measure], station.contender, results, async () => {
        results.add(measure, station.contender, (await station.run(kind, count)).milliseconds);
      });
    }
  }
}

/** Why a run that is expected to take so many milliseconds is not made: `{ reason?, detail? }`. */
function obstacle(expected, phase, plan) {
  if (expected === Infinity) return { reason: 'a smaller size took too long already' };
  if (plan.isTooLong(expected)) {
    const detail = `about ${inWords(expected, 'ms')}`;
    return { reason: `one run would take more than ${plan.longestRun} s`, detail };
  }
  return plan.hasTime(phase, expected) ? {} : { reason: 'there was no time left' };
}

/** Does something with a contender; where it fails that is noted for the measures, and the rest goes on. */
export async function attempt(measures, contender, results, work) {
  try {
    return await work();
  } catch (error) {
    for (const measure of measures) results.lacks(measure, contender, 'failed', firstLine(error));
  }
}

function firstLine(error) {
  return String(error?.message ?? error).replace(/^page\.\w+: /, '').split('\n')[0];
}
