// A visit to a contender's page, through the hooks that all of them keep.

const PHOTO = '[data-photo][data-probability], [data-photo][data-error]';

/** How often a page is looked at, in milliseconds. Nothing is timed by that: pages note their times themselves. */
const LOOK = 50;

/** A page that will not answer any more. */
export class Gone extends Error {}

/** An open page of a contender. `urls` is everything it has asked the server for. */
export class Visit {
  /** Opens a contender's page, which is not ready yet; `path` may be another than its usual one. */
  static async open(browser, contender, setting, path = contender.path) {
    const page = await browser.newPage();
    const visit = new Visit(page, contender, setting.limit);
    await page.addInitScript(watch, PHOTO);
    await visit.within(page.goto(setting.site + path, { waitUntil: 'commit' }));
    return visit;
  }

  constructor(page, contender, limit) {
    this.page = page;
    this.contender = contender;
    this.limit = limit;
    this.urls = [];
    page.on('request', (request) => this.urls.push(request.url()));
    this.crash = new Promise((_, reject) => {
      page.on('crash', () => reject(new Gone('the page crashed')));
      page.on('close', () => reject(new Gone('the page was closed')));
    });
    // Whoever waits for the page hears of it.
    this.crash.catch(() => {});
  }

  /** The result of something done in the page, which may crash meanwhile, or never answer. */
  async within(work) {
    let timer;
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Gone(`no answer within ${this.limit} s`)), this.limit * 1000);
    });
    try {
      return await Promise.race([work, this.crash, limit]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Waits until a condition holds in the page. */
  until(condition) {
    return this.within(this.page.waitForFunction(condition, null, { polling: LOOK }));
  }

  /** Waits until the page can classify. */
  async ready() {
    await this.until(() => document.body && document.body.dataset.state !== 'loading');
    await this.refuseFailure();
  }

  /** Chooses photos (paths), as early as the page lets. */
  async choose(photos) {
    const input = this.page.locator('input#photos');
    await this.within(input.waitFor({ state: 'attached' }));
    await this.within(input.setInputFiles(photos));
  }

  /** Milliseconds from the start of the navigation to the first answer. */
  async firstAnswer() {
    await this.until(() => self.watched.firstAnswer ?? document.body?.dataset.state === 'failed');
    await this.refuseFailure();
    await this.refuseErrors();
    return this.within(this.page.evaluate(() => self.watched.firstAnswer));
  }

  /** Classifies photos and waits for all answers: seconds from choosing them to the last one. */
  async classify(photos) {
    const before = await this.within(this.page.evaluate((selector) => {
      self.watched.chosen = null;
      return document.querySelectorAll(selector).length;
    }, PHOTO));
    await this.choose(photos);
    const wanted = before + photos.length;
    const milliseconds = await this.within(this.page.evaluate(countAnswers, { selector: PHOTO, wanted }));
    await this.refuseFailure();
    await this.refuseErrors();
    return milliseconds / 1000;
  }

  /** The answers by now: `Map` from a photo's name to `{ label, probability }`. */
  async answers() {
    const found = await this.within(this.page.evaluate((selector) => Array.from(
      document.querySelectorAll(selector),
      ({ dataset: { photo, label, probability } }) => [photo, { label, probability: Number(probability) }],
    ), PHOTO));
    return new Map(found);
  }

  /** Has the page carry out an order, see `pages/page.mjs`; gives its answer. */
  async order(order) {
    const answer = await this.within(this.page.evaluate((order) => new Promise((resolve) => {
      const { dataset } = document.body;
      const observer = new MutationObserver(() => {
        if (dataset.bench) {
          observer.disconnect();
          resolve(JSON.parse(dataset.bench));
        }
      });
      observer.observe(document.body, { attributeFilter: ['data-bench'] });
      document.dispatchEvent(new CustomEvent('bench', { detail: order }));
    }), order));
    if (answer.error !== undefined) throw new Error(answer.error);
    // A page that starts anew, as on another device, has forgotten what it was asked.
    if (Object.keys(answer).length === 0) throw new Error('the page started anew');
    await this.refuseFailure();
    return answer;
  }

  /** Throws where the page cannot go on, or goes on with another device than the one that is to be measured. */
  async refuseFailure() {
    const { state, device, error, words } = await this.within(this.page.evaluate(() => ({
      ...document.body.dataset,
      words: document.querySelector('#device, [role=alert], [role=status]')?.textContent.trim(),
    })));
    if (state === 'failed') throw new Error(`the page failed: ${error ?? words}`);
    if (device && device !== this.contender.device) throw new Error(`the page runs on ${device} instead: ${words}`);
  }

  /** Throws where a photo was refused. */
  async refuseErrors() {
    const error = await this.within(this.page.evaluate(
      () => document.querySelector('[data-photo][data-error]')?.dataset.error,
    ));
    if (error !== undefined) throw new Error(`a photo was refused: ${error}`);
  }
}

// Runs in the page: waits for so many answers and gives the milliseconds since photos were chosen. The page counts by
// itself, since a question from outside each time would slow it down.
function countAnswers({ selector, wanted }) {
  return new Promise((resolve, reject) => {
    const look = setInterval(() => {
      const failed = document.body.dataset.state === 'failed';
      if (failed || document.querySelectorAll(selector).length >= wanted) clearInterval(look);
      else return;
      if (failed) reject(new Error(document.body.dataset.error ?? 'the page says that it failed'));
      else resolve(performance.now() - self.watched.chosen);
    }, 10);
  });
}

// Runs in the page, before anything else: notes when photos are chosen, and when the first is answered.
function watch(selector) {
  self.watched = { chosen: null, firstAnswer: null };
  addEventListener('change', ({ target }) => {
    if (target.id === 'photos') self.watched.chosen = performance.now();
  }, { capture: true });
  const observer = new MutationObserver(() => {
    if (document.querySelector(selector)) {
      self.watched.firstAnswer = performance.now();
      observer.disconnect();
    }
  });
  observer.observe(document, { subtree: true, childList: true, attributeFilter: ['data-probability', 'data-error'] });
}
