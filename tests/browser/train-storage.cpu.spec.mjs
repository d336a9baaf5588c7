// Models are kept wherever the browser lets them be, and where it has no room the run goes on all the same.
import { writeFile } from 'node:fs/promises';

import { test } from './support/dataset.mjs';
import { beforeEngine } from './support/engine.mjs';
import { expect } from './support/fixtures.mjs';
import { formulaModel } from './support/formula.mjs';
import { choose, finish, keptModels, openTraining, start } from './support/training.mjs';

const A_MOMENT = { mode: 'head', epochs: 2, 'batch-size': 4, 'learning-rate': 0.001, seed: 1, 'validation-share': 20 };

const PLACES = [
  { place: 'the file system', prelude: () => {}, survives: true },
  { place: 'the database', prelude: withoutFiles, survives: true },
  { place: 'memory', prelude: withoutAnything, survives: false },
];

for (const { place, prelude, survives } of PLACES) {
  test(`a model is kept in ${place}, renamed and deleted`, async ({ page, fewPhotos }) => {
    await beforeEngine(page, prelude);
    await openTraining(page);
    await choose(page, fewPhotos);
    await start(page, A_MOMENT);
    await finish(page);

    const model = keptModels(page);
    await expect(page.locator('#models')).toContainText(survives ? /Kept in this browser/ : /gone once it is closed/);
    await model.getByRole('button', { name: /^Rename/ }).click();
    await model.getByRole('textbox').fill('Roses & 🌷');
    await page.keyboard.press('Enter');
    await expect(model).toHaveAttribute('data-name', 'Roses & 🌷');
    expect(await storedIn(page)).toBe(place);

    await reload(page);
    if (survives) {
      await expect(model).toHaveAttribute('data-name', 'Roses & 🌷');
      await model.getByRole('button', { name: /^Delete/ }).click();
      await model.getByRole('button', { name: /^Delete for good/ }).click();
      await expect(model).toHaveCount(0);
      await reload(page);
    }
    // The list is there by now: it tells of itself.
    await expect(page.locator('#models')).toContainText('listed here');
    await expect(model).toHaveCount(0);
  });
}

test('without room the run goes on, and its model is used while the page is open', async ({ page, fewPhotos }) => {
  await beforeEngine(page, withoutRoom);
  await openTraining(page);
  await choose(page, fewPhotos);
  await start(page, A_MOMENT);
  expect(await finish(page)).toHaveLength(2);
  await expect(page.locator('#training-warnings')).toContainText(/no room.*delete models/);
  await expect(page.locator('#result')).toContainText('gone when the page is closed');
  await page.locator('#use-model').click();
  await expect(keptModels(page).locator('[data-in-use]')).toBeVisible();
});

test('without room a model that is brought is used, and is said not to be kept', async ({ page }, testInfo) => {
  await beforeEngine(page, withoutRoom);
  await openTraining(page);
  const model = testInfo.outputPath('mine.safetensors');
  await writeFile(model, formulaModel());
  await page.locator('input#model-file').setInputFiles(model);
  await expect(keptModels(page).locator('[data-in-use]')).toBeVisible();
  await expect(page.locator('#models [role="alert"]')).toContainText(/mine.*gone when the page is closed.*no room/);
});

// Preludes: they run in the engine's worker, before the engine.

function withoutFiles() {
  delete StorageManager.prototype.getDirectory;
}

// As where a visitor has blocked what sites keep.
function withoutAnything() {
  LockManager.prototype.request = () => Promise.reject(new DOMException('Access is denied', 'SecurityError'));
  delete StorageManager.prototype.getDirectory;
  Object.defineProperty(self, 'indexedDB', { value: undefined });
}

function withoutRoom() {
  FileSystemWritableFileStream.prototype.write = async () => {
    throw new DOMException('The disk is full', 'QuotaExceededError');
  };
}

async function reload(page) {
  await page.reload();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
}

/** Which of `PLACES` holds something. */
function storedIn(page) {
  return page.evaluate(async () => {
    const root = await navigator.storage.getDirectory();
    for await (const name of root.keys()) if (name === 'alexnet') return 'the file system';
    const databases = await indexedDB.databases();
    return databases.some(({ name }) => name === 'alexnet') ? 'the database' : 'memory';
  });
}
