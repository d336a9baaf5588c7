// What a visitor does to train, through the hooks that the page keeps for scripts.
import { expect } from './fixtures.mjs';
import { open } from './page.mjs';

/** Opens the page where one trains. */
export function openTraining(page) {
  return open(page, '#train');
}

/** Expects that training stands so: `body[data-training]`. */
export function expectTraining(page, state, options) {
  return expect(page.locator('body')).toHaveAttribute('data-training', state, options);
}

/** Chooses a folder, and waits until all its photos were looked at. */
export async function choose(page, folder) {
  await page.locator('input#dataset').setInputFiles(folder);
  await expectTraining(page, 'checked');
}

/** Starts a run with settings such as `{ mode: 'head', epochs: 3, 'learning-rate': 0.01 }`, by their controls' ids. */
export async function start(page, { mode, ...numbers }, options) {
  // They are folded away after a run.
  if (!(await page.locator('#mode').isVisible())) await page.getByText('Photos and settings').click();
  await page.locator('#mode').selectOption(mode);
  for (const [id, number] of Object.entries(numbers)) await page.locator(`#${id}`).fill(String(number));
  await page.locator('#start-training').click();
  await expectTraining(page, 'running', options);
}

/** Waits until this epoch is done. */
export function epochDone(page, epoch) {
  return expect(page.locator(`[data-epoch="${epoch}"]`)).toBeAttached();
}

/** Waits for the end of the run and gives its epochs. */
export async function finish(page) {
  await expectTraining(page, 'done');
  return epochs(page);
}

/** The epochs that are done: `{ epoch, trainLoss, valLoss, valAccuracy }`. */
export function epochs(page) {
  return page.locator('[data-epoch]').evaluateAll((rows) =>
    rows.map(({ dataset: { epoch, trainLoss, valLoss, valAccuracy } }) => ({
      epoch: Number(epoch),
      trainLoss: Number(trainLoss),
      valLoss: Number(valLoss),
      valAccuracy: Number(valAccuracy),
    })),
  );
}

/** Clicks on a button as soon as another step is done, and gives that step's number. */
export function clickAfterStep(page, button) {
  return page.evaluate(
    (button) =>
      new Promise((resolve) => {
        const bar = document.querySelector('#training-progress');
        const { value, max } = bar;
        const look = () => {
          if (bar.value === value && bar.max === max) return requestAnimationFrame(look);
          document.querySelector(button).click();
          resolve(bar.value);
        };
        look();
      }),
    button,
  );
}

/** The number of the last step that is done. */
export function stepsDone(page) {
  return page.locator('#training-progress').evaluate((bar) => bar.value);
}

/** The models that were trained here, as the list shows them. */
export function keptModels(page) {
  return page.locator('#models [data-model]:not([data-model="shipped"])');
}
