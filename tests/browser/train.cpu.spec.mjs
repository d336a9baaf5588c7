// From a folder of photos to a model of one's own, and nothing lost on the way.
import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT, alexnet } from './support/command-line.mjs';
import { CLASSES, ODD, test } from './support/dataset.mjs';
import { expect } from './support/fixtures.mjs';
import { classify, expectAnswer } from './support/page.mjs';
import {
  choose, clickAfterStep, epochDone, epochs, expectTraining, finish, keptModels, openTraining, start, stepsDone,
} from './support/training.mjs';

const ALL_LAYERS = { mode: 'full', 'batch-size': 6, 'learning-rate': 0.0005, seed: 1, 'validation-share': 50 };

test('a folder becomes a model that is used, kept and taken along', async ({ page, oddDataset }, testInfo) => {
  const photo = path.join(oddDataset, '🌻 sun & co/0.jpeg');
  await openTraining(page);
  await choose(page, oddDataset);

  await expectCounts(page, ODD.classes);
  await expect(page.locator(`[data-unreadable="${ODD.unreadable}"]`)).toContainText(/not a photo/);
  for (const [paths, labels] of [[ODD.copies, '1'], [ODD.contradiction, '2']]) {
    const group = page.locator('[data-duplicates="exact"]').filter({ hasText: paths[0] });
    await expect(group).toContainText(paths[1]);
    await expect(group).toHaveAttribute('data-labels', labels);
  }

  const leaveOut = page.locator('#leave-out-duplicates');
  await page.locator('details').filter({ has: leaveOut }).last().locator(':scope > summary').click();
  await leaveOut.click();
  await page.getByRole('button', { name: 'Leave out the class only three' }).click();
  await page.getByRole('button', { name: 'Rename class two words' }).click();
  await page.getByLabel('New name of the class two words').fill('bars');
  await page.keyboard.press('Enter');
  await expectCounts(page, { 玫瑰: 6, bars: 7, '🌻 sun & co': 5, 'only three': 0 });

  await start(page, {
    mode: 'head', epochs: 5, 'batch-size': 8, 'learning-rate': 0.003, seed: 4, 'validation-share': 50,
  });
  const done = await finish(page);
  expect(done.map(({ epoch }) => epoch)).toEqual([1, 2, 3, 4, 5]);
  expect(done[4].trainLoss).toBeLessThan(done[0].trainLoss);
  expect(done[4].valLoss).toBeLessThan(done[0].valLoss);
  await expectMistakes(page, Math.max(...done.map(({ valAccuracy }) => valAccuracy)));

  await page.locator('#use-model').click();
  await expect(page.locator('#use-model')).toBeDisabled();
  const [answer] = await classify(page, [photo]);
  expectAnswer(answer);
  expect(['bars', '玫瑰', '🌻 sun & co']).toContain(answer.label);

  await page.reload();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  const model = keptModels(page);
  await expect(model).toHaveAttribute('data-name', path.basename(oddDataset));
  await model.locator('[data-action="use"]').click();
  await expect(model.locator('[data-in-use]')).toBeVisible();
  expect((await classify(page, [photo]))[0]).toEqual(answer);

  const [weights, classes] = await downloads(page, 3, model.locator('[data-action="download"]'), testInfo);
  expect(JSON.parse(await readFile(classes, 'utf8'))).toEqual({ 0: 'bars', 1: '玫瑰', 2: '🌻 sun & co' });
  const [{ top: [expected] }] = JSON.parse(await alexnet('predict', weights, photo, '--json')).predictions;
  expect(answer.label).toBe(expected.label);
  expect(Math.abs(answer.probability - expected.probability)).toBeLessThan(2e-3);

  const [report] = await downloads(page, 1, model.locator('[data-action="report"]'), testInfo);
  const html = await readFile(report, 'utf8');
  for (const text of ['<svg', 'bars', '玫瑰', '🌻 sun &amp; co', new Date().toISOString().slice(0, 10)]) {
    expect(html).toContain(text);
  }
});

for (const [mode, from] of [['full', 'flowers.safetensors'], ['scratch', undefined]]) {
  test(`all layers, ${mode}: the losses are those of the command line`, async ({ page, dataset }, testInfo) => {
    await openTraining(page);
    await choose(page, dataset);
    await expectCounts(page, Object.fromEntries(CLASSES.map((name) => [name, 12])));
    await start(page, { ...ALL_LAYERS, mode, epochs: 1 });
    const [epoch] = await finish(page);
    const model = keptModels(page);
    if (from) await expect(model).toContainText(`Started from ${from}`);
    else await expect(model).toContainText(/From scratch.*(?<!Started from.*)$/);

    const out = testInfo.outputPath('run');
    await alexnet(
      'train', dataset, '--out', out, '--mode', mode, ...(from ? ['--start', path.join(ROOT, 'www/models', from)] : []),
      '--epochs', 1, '--batch-size', 6, '--learning-rate', 0.0005, '--seed', 1, '--val', 0.5,
    );
    const expected = JSON.parse(await readFile(path.join(out, 'log.jsonl'), 'utf8'));
    expect(Math.abs(epoch.trainLoss - expected.train_loss)).toBeLessThan(1e-3);
    expect(Math.abs(epoch.valLoss - expected.validation_loss)).toBeLessThan(1e-3);
    expect(epoch.valAccuracy).toBeCloseTo(expected.validation_accuracy, 6);
  });
}

test('pause and stop are answered within one step, and the best epoch is kept', async ({ page, dataset }) => {
  await openTraining(page);
  await choose(page, dataset);
  await start(page, { ...ALL_LAYERS, 'batch-size': 3, epochs: 1000 });

  const step = await clickAfterStep(page, '#pause-training');
  await expectTraining(page, 'paused');
  const held = await stepsDone(page);
  expect(held - step).toBeLessThanOrEqual(1);
  await page.waitForTimeout(2_000);
  expect(await stepsDone(page)).toBe(held);

  await page.locator('#pause-training').click();
  await expectTraining(page, 'running');
  await epochDone(page, 1);
  await page.locator('#stop-training').click();
  const done = await finish(page);
  const best = Math.max(...done.map(({ valAccuracy }) => valAccuracy));
  const accuracy = await keptModels(page).getAttribute('data-accuracy');
  expect(Number(accuracy)).toBeCloseTo(best, 5);
});

test('a run whose tab is closed in epoch 3 goes on as if nothing had happened', async ({ page, dataset }) => {
  // Of many steps, so that there is time to pause within an epoch.
  const settings = { ...ALL_LAYERS, 'batch-size': 2, epochs: 3 };
  await openTraining(page);
  await choose(page, dataset);
  await start(page, settings);
  const unbroken = await finish(page);

  await start(page, settings);
  await expect(page.locator('[data-epoch]')).toHaveCount(0);
  await epochDone(page, 2);
  await clickAfterStep(page, '#pause-training');
  await expectTraining(page, 'paused');
  expect(await epochs(page)).toHaveLength(2);
  await page.goto('about:blank');

  await openTraining(page);
  await expect(page.locator('#unfinished')).toContainText('2 of 3 epochs');
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.locator('#resume-training').click(),
  ]);
  await chooser.setFiles(dataset);
  await expectTraining(page, 'running');
  expect(await finish(page)).toEqual(unbroken);
  await expect(page.locator('#unfinished')).toHaveCount(0);
  await expect(keptModels(page)).toHaveCount(2);
});

test('a run on the head keeps little of each epoch, and goes on from it as if nothing had happened', async ({
  page,
  dataset,
}) => {
  const settings = { ...ALL_LAYERS, mode: 'head', epochs: 1000 };
  await openTraining(page);
  await choose(page, dataset);
  await start(page, settings);
  await epochDone(page, 6);
  await page.locator('#stop-training').click();
  const unbroken = await finish(page);

  await start(page, settings);
  await expect(page.locator('[data-epoch]')).toHaveCount(0);
  await epochDone(page, 2);
  await page.goto('about:blank');

  await openTraining(page);
  const sizes = await runFiles(page);
  expect(sizes['run-frozen.safetensors']).toBeGreaterThan(50e6);
  for (const [name, size] of Object.entries(sizes)) if (!/frozen/.test(name)) expect(size, name).toBeLessThan(1e6);
  const [chooser] = await Promise.all([
    page.waitForEvent('filechooser'),
    page.locator('#resume-training').click(),
  ]);
  await chooser.setFiles(dataset);
  await expectTraining(page, 'running');
  const before = await page.locator('[data-epoch]').count();
  expect(before).toBeGreaterThanOrEqual(2);
  await epochDone(page, Math.max(before, 5) + 1);
  await page.locator('#stop-training').click();
  const resumed = await finish(page);
  const shared = Math.min(resumed.length, unbroken.length);
  expect(resumed.slice(0, shared)).toEqual(unbroken.slice(0, shared));

  // Its model is whole.
  await page.locator('#use-model').click();
  await expect(keptModels(page).locator('[data-in-use]')).toBeVisible();
  const [answer] = await classify(page, [path.join(dataset, CLASSES[0], '0.jpeg')]);
  expectAnswer(answer);
  expect(CLASSES).toContain(answer.label);
});

/** The files of the unfinished run, with their sizes in bytes. */
function runFiles(page) {
  return page.evaluate(async () => {
    const folder = await (await navigator.storage.getDirectory()).getDirectoryHandle('alexnet');
    const sizes = {};
    for await (const [name, handle] of folder.entries()) {
      if (name.startsWith('run-')) sizes[name] = (await handle.getFile()).size;
    }
    return sizes;
  });
}

async function expectCounts(page, counts) {
  for (const [name, count] of Object.entries(counts)) {
    await expect(page.locator(`[data-class-name="${name}"]`), name).toHaveAttribute('data-count', String(count));
  }
}

/** Expects that the confusion matrix has as many mistakes as an accuracy says, and that the page shows their photos. */
async function expectMistakes(page, accuracy) {
  await expect(page.locator('#confusion tbody tr')).toHaveCount(3);
  const cells = await page.locator('#confusion [data-true]').evaluateAll((buttons) =>
    buttons.map((button) => ({ ...button.dataset, count: Number(button.textContent) })),
  );
  const sum = (cells) => cells.reduce((sum, { count }) => sum + count, 0);
  const wrong = cells.filter((cell) => cell.true !== cell.predicted);
  expect(sum(wrong)).toBeGreaterThan(0);
  expect(1 - sum(wrong) / sum(cells)).toBeCloseTo(accuracy, 6);
  await expect(page.locator('#mistakes [data-answer]')).toHaveCount(sum(wrong));

  const [cell] = wrong;
  await page.locator(`#confusion [data-true="${cell.true}"][data-predicted="${cell.predicted}"]`).click();
  await expect(page.locator('#cell [data-answer]')).toHaveCount(cell.count);
}

/** Clicks and gives the paths of so many files that are then saved. */
async function downloads(page, count, button, testInfo) {
  const files = [];
  page.on('download', (file) => files.push(file));
  await button.click();
  await expect.poll(() => files.length).toBe(count);
  const save = async (file) => {
    const target = testInfo.outputPath(file.suggestedFilename());
    await file.saveAs(target);
    return target;
  };
  return Promise.all(files.map(save));
}
