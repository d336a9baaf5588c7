// All must compute the same network: a benchmark of another one is worthless.
import path from 'node:path';

import { attempt } from './orders.mjs';

const TOLERANCE = 1e-2;

/**
 * Compares the contenders' logits of the formula's picture, where they give them, and their answers to pictures that
 * nobody has to resize; throws where two differ. Gives the largest differences, and the `stations` that answered; for
 * the others it is noted that they failed in `measures`.
 */
export async function checkParity(stations, pictures, measures, results) {
  const checks = [];
  for (const station of stations) {
    const check = await attempt(measures, station.contender, results, async () => {
      await station.visit.classify(pictures);
      return { station, logits: (await station.visit.order('logits')).logits, answers: await station.visit.answers() };
    });
    if (check) checks.push(check);
  }
  return {
    stations: checks.map(({ station }) => station),
    logits: largest(checks, ({ logits }) => logits.map((value) => ({ value })), 'logits of the test picture'),
    probabilities: largest(checks, ({ answers }) => pictures.map((picture) => {
      const { label, probability } = answers.get(path.basename(picture));
      return { label, value: probability };
    }), 'answers to the test pictures'),
  };
}

/** The largest difference of any check's values from the first one's; `null` where there is nothing to compare. */
function largest(checks, valuesOf, what) {
  if (checks.length < 2) return null;
  const [reference, ...others] = checks;
  let found = 0;
  for (const other of others) {
    const expected = valuesOf(reference);
    const given = valuesOf(other);
    const differences = expected.map(({ label, value }, index) => (
      given[index]?.label === label ? Math.abs(given[index].value - value) : Infinity
    ));
    const difference = Math.max(...differences);
    if (!(difference <= TOLERANCE)) {
      throw new Error(
        `${other.station.contender.title} and ${reference.station.contender.title} do not compute the same network: ` +
          `their ${what} differ by ${difference} (${JSON.stringify(given)} and ${JSON.stringify(expected)}); ` +
          'nothing that is measured of it would mean anything',
      );
    }
    found = Math.max(found, difference);
  }
  return found;
}
