// Cold and warm starts: from the navigation to the first answer, in a new profile and on the second visit.
import { setTimeout as sleep } from 'node:timers/promises';

import { Browser } from './browser.mjs';
import { attempt } from './orders.mjs';
import { Visit } from './visit.mjs';

/** How long a browser has before its first visit, in milliseconds: its own start would take processors from the page's. */
const SETTLE = 3000;
/** How long the first visitor stays after the answer, in milliseconds; browsers fill their caches meanwhile. */
const STAY = 2000;

/** Measures starts with one photo; gives what each page asked the server for: a map from contenders to URLs. */
export async function measureStarts(contenders, photo, setting, plan, results) {
  const urls = new Map();
  const failed = new Set();
  for (let round = 0; round < plan.starts && !(round > 0 && plan.isOver('starts')); round++) {
    for (const contender of contenders.filter((contender) => !failed.has(contender))) {
      const done = await attempt(['cold-start', 'warm-start'], contender, results, async () => {
        const browser = await Browser.launch(setting);
        try {
          await sleep(SETTLE);
          const visit = await Visit.open(browser, contender, setting);
          await visit.choose([photo]);
          results.add('cold-start', contender, await visit.firstAnswer());
          urls.set(contender, [...visit.urls]);
          await sleep(STAY);
          await visit.page.close();
          const second = await Visit.open(browser, contender, setting);
          await second.choose([photo]);
          results.add('warm-start', contender, await second.firstAnswer());
          return true;
        } finally {
          await browser.close();
        }
      });
      if (!done) failed.add(contender);
    }
  }
  for (const contender of contenders.filter((contender) => !urls.has(contender))) {
    for (const measure of ['code', 'weights']) results.lacks(measure, contender, 'failed', 'it gave no first answer');
  }
  return urls;
}
