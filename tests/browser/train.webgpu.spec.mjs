// All layers learn on the GPU. A software GPU takes a minute for a step, so there are few.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT } from './support/command-line.mjs';
import { CLASSES, test } from './support/dataset.mjs';
import { beforeEngine } from './support/engine.mjs';
import { expect } from './support/fixtures.mjs';
import { formulaModel } from './support/formula.mjs';
import { classify, expectAnswer } from './support/page.mjs';
import { choose, expectTraining, finish, keptModels, openTraining, start } from './support/training.mjs';

const A_WHILE = 20 * 60_000;
const TOLERANCE = 1e-3;

test('gradients and losses are those of the CPU and of PyTorch, the loss falls, and the model classifies', async ({
  page,
  fewPhotos,
}, testInfo) => {
  test.setTimeout(A_WHILE);
  const formula = testInfo.outputPath('formula.safetensors');
  await writeFile(formula, formulaModel());
  await openTraining(page);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
  await page.locator('input#model-file').setInputFiles(formula);
  await expect(page.locator('.engine')).toContainText('formula.safetensors');
  await choose(page, fewPhotos);
  const settings = {
    mode: 'full', epochs: 2, 'batch-size': 4, 'learning-rate': 0.00002, seed: 1, 'validation-share': 20,
  };
  await start(page, settings, { timeout: A_WHILE });

  // Before the run, the page takes five steps with the pictures of the formula on both devices.
  const { webgpuLosses, cpuLosses, gradientDifference } = await page
    .locator('#training-test')
    .evaluate((element) => ({ ...element.dataset }));
  const json = await readFile(path.join(ROOT, 'tests/data/formula.json'), 'utf8');
  const pytorch = JSON.parse(json)['adam_lr_1e-5_loss_before_each_of_5_steps'];
  expect(Number(gradientDifference)).toBeLessThan(TOLERANCE);
  for (const losses of [webgpuLosses, cpuLosses].map(JSON.parse)) {
    expect(losses).toHaveLength(pytorch.length);
    losses.forEach((loss, step) => expect(Math.abs(loss / pytorch[step] - 1)).toBeLessThan(TOLERANCE));
  }

  await expectTraining(page, 'done', { timeout: A_WHILE });
  const [first, second] = await finish(page);
  expect(second.trainLoss).toBeLessThan(first.trainLoss);
  await expect(page.locator('#run')).not.toContainText('runs on CPU');

  await page.locator('#use-model').click();
  await expect(keptModels(page).locator('[data-in-use]')).toBeVisible();
  const [answer] = await classify(page, [path.join(fewPhotos, CLASSES[0], '0.jpeg')]);
  expectAnswer(answer);
  expect(CLASSES).toContain(answer.label);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
});

test('a batch that the GPU cannot hold in one piece is refused, with the largest that it can', async ({ page, fewPhotos }) => {
  test.setTimeout(A_WHILE);
  // As on many a phone.
  await beforeEngine(page, () => {
    for (const limit of ['maxBufferSize', 'maxStorageBufferBindingSize']) {
      Object.defineProperty(GPUSupportedLimits.prototype, limit, { get: () => 2 ** 27 });
    }
  });
  await openTraining(page);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
  await choose(page, fewPhotos);
  for (const [field, value] of Object.entries({ 'batch-size': 162, epochs: 1 })) {
    await page.locator(`#${field}`).fill(String(value));
  }
  await page.locator('#start-training').click();
  await expect(page.getByText('at most 161 photos a step')).toBeVisible();
  await expectTraining(page, 'checked');
});
