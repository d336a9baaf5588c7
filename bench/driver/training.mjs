// Training steps of our page as seen from outside, for as long as it takes no orders for them: it trains on a folder of
// photos as a visitor would, and its progress bar tells when each step is done. Decoding, cropping and mirroring the
// photos is part of that; of the peers' steps it is not. Steps of head-only training are too short to be seen.
import { Browser } from './browser.mjs';
import { attempt } from './orders.mjs';
import { Visit } from './visit.mjs';

/** More than are waited for. */
const EPOCHS = 100;

/** Measures some steps that train all layers, in a browser of its own; gives the milliseconds of the last one. */
export function measureOwnTraining(contender, { batch, dataset, steps, limit }, setting, results) {
  const measure = `full-${batch}`;
  return attempt([measure], contender, results, async () => {
    const browser = await Browser.launch(setting);
    try {
      const visit = await Visit.open(browser, contender, setting, `${contender.path}#train`);
      await visit.ready();
      await visit.within(visit.page.locator('input#dataset').setInputFiles(dataset));
      await visit.until(() => document.body.dataset.training === 'checked');
      await visit.within(visit.page.evaluate(begin, { batch, epochs: EPOCHS }));
      const samples = await visit.within(visit.page.evaluate(followSteps, { steps, limit }));
      if (samples.length === 0) {
        const reason = `no two steps were done within ${limit} s, the test of the device before them included`;
        results.lacks(measure, contender, 'left out', reason);
        return Infinity;
      }
      for (const sample of samples) results.add(measure, contender, sample);
      results.remark(measure, contender, 'with decoding and augmentation, which the peers\' steps leave out');
      return samples.at(-1);
    } finally {
      await browser.close();
    }
  });
}

// Runs in the page: fills in the form and starts.
function begin({ batch, epochs }) {
  const set = (id, value, event) => {
    const field = document.getElementById(id);
    field.value = value;
    field.dispatchEvent(new Event(event, { bubbles: true }));
  };
  set('mode', 'full', 'change');
  set('epochs', epochs, 'input');
  set('batch-size', batch, 'input');
  document.getElementById('start-training').click();
}

// Runs in the page: milliseconds of each step, from what the progress bar shows. The first step of an epoch is where a
// clock starts.
function followSteps({ steps, limit }) {
  const bar = document.getElementById('training-progress');
  const samples = [];
  let last = null;
  return new Promise((resolve, reject) => {
    const end = () => {
      observer.disconnect();
      clearTimeout(timer);
    };
    const timer = setTimeout(() => {
      end();
      resolve(samples);
    }, limit * 1000);
    const look = () => {
      if (document.body.dataset.training === 'failed') {
        end();
        reject(new Error(document.getElementById('training-message')?.textContent ?? 'the run broke off'));
      }
      // Before and after an epoch's steps the bar has one step.
      const now = bar.max > 1 && bar.value > 0 ? { step: bar.value, time: performance.now() } : null;
      if (now && last && now.step > last.step) samples.push((now.time - last.time) / (now.step - last.step));
      if (!now || !last || now.step !== last.step) last = now;
      if (samples.length >= steps) {
        end();
        resolve(samples);
      }
    };
    const observer = new MutationObserver(look);
    observer.observe(bar, { attributeFilter: ['value', 'max'] });
    observer.observe(document.body, { attributeFilter: ['data-training'] });
  });
}
