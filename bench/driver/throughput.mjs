// Photos a second, from JPEG files to answers, and the memory that this takes.
import { Browser } from './browser.mjs';
import { peakMemory } from './memory.mjs';
import { attempt } from './orders.mjs';
import { Visit } from './visit.mjs';

/** Photos of the warm-up, and what all numbers of photos are multiples of. */
const HELPING = 8;

/** Gives a new page to each contender in turn, warms it up, and has it classify as many photos as there is time for. */
export async function measureThroughput(contenders, photos, setting, plan, results) {
  const failed = new Set();
  for (let round = 0; round < plan.rounds && !(round > 0 && plan.isOver('photos')); round++) {
    for (const contender of contenders.filter((contender) => !failed.has(contender))) {
      const done = await attempt(['photos', 'memory'], contender, results, async () => {
        const browser = await Browser.launch(setting);
        try {
          await classifyMany(browser, contender, photos, setting, plan, results);
          return true;
        } finally {
          await browser.close();
        }
      });
      if (!done) failed.add(contender);
    }
  }
}

async function classifyMany(browser, contender, photos, setting, plan, results) {
  const visit = await Visit.open(browser, contender, setting);
  await visit.ready();
  // Others than are measured first: choosing the same files again is no change to a browser.
  const warmUp = await visit.classify(photos.slice(-HELPING));
  if (plan.isTooLong(warmUp * 1000)) {
    results.onlyRun('photos', contender, HELPING / warmUp, `${HELPING} photos`);
  } else {
    results.warmUp('photos', contender, HELPING / warmUp);
    const affordable = Math.max(1, Math.floor(plan.forPhotos / warmUp)) * HELPING;
    const count = Math.min(plan.photos, photos.length, affordable);
    results.add('photos', contender, count / (await visit.classify(photos.slice(0, count))));
    if (count < plan.photos) {
      results.remark('photos', contender, `no time for ${plan.photos} photos`, `${count} photos`);
    }
  }
  const { missing, megabytes } = await peakMemory(browser);
  if (missing) results.lacks('memory', contender, 'n/a', missing);
  else results.add('memory', contender, megabytes);
}
