// The shipped model classifies, and as the command line does.
import { existsSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT, alexnet } from './support/command-line.mjs';
import { expect, test } from './support/fixtures.mjs';
import { formulaModel } from './support/formula.mjs';
import { classify, expectAnswer, open, photo } from './support/page.mjs';

const MODELS = path.join(ROOT, 'www/models');
const SHIPPED = path.join(MODELS, readdirSync(MODELS).find((name) => name.endsWith('.safetensors')));
// Real photos, where somebody has put them beside the project.
const REAL_PHOTOS = path.join(ROOT, '../shared/flower_photos');

test('photos get the answers of the command line', async ({ page, photos }) => {
  await open(page);
  await expect(page.locator('body')).toHaveAttribute('data-device', test.info().project.name);
  await expectAnswersOfCommandLine(page, await photos(4));
});

if (existsSync(REAL_PHOTOS)) {
  test('real photos get the answers of the command line', async ({ page }) => {
    await open(page);
    await expectAnswersOfCommandLine(page, realPhotos(test.info().project.name === 'cpu' ? 3 : 1));
  });
} else {
  console.log(`SKIPPED: no ${REAL_PHOTOS}: the page and command line are compared on drawn photos only`);
}

test('photos below the threshold of a model are marked as perhaps none of its classes', async ({ page, photos }, testInfo) => {
  const drawn = await photos(2);
  await open(page);
  for (const [index, threshold] of [1000, -1000].entries()) {
    const file = drawn[index];
    const model = testInfo.outputPath(`threshold${threshold}.safetensors`);
    await writeFile(model, formulaModel(undefined, { doubt: JSON.stringify({ score: 'log_sum_exp', threshold }) }));
    const [{ sure }] = await commandLine([file], model);
    expect(sure).toBe(threshold < 0);
    await page.locator('input#model-file').setInputFiles(model);
    await expect(page.locator('#model .value')).toHaveText(path.basename(model));
    expect((await classify(page, [file]))[0].sure).toBe(sure);
    await expect(photo(page, file).getByText('perhaps none of these')).toHaveCount(sure ? 0 : 1);
  }
});

async function expectAnswersOfCommandLine(page, files) {
  const expected = await commandLine(files);
  const answers = await classify(page, files);
  answers.forEach((answer, index) => {
    expectAnswer(answer);
    expect(answer.label, files[index]).toBe(expected[index].label);
    expect(Math.abs(answer.probability - expected[index].probability), files[index]).toBeLessThan(2e-3);
    expect(answer.sure, files[index]).toBe(expected[index].sure);
  });
}

/** The first photos of each class. */
function realPhotos(each) {
  const folders = readdirSync(REAL_PHOTOS, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return folders.flatMap(({ name }) => {
    const folder = path.join(REAL_PHOTOS, name);
    return readdirSync(folder).sort().slice(0, each).map((file) => path.join(folder, file));
  });
}

/** The top class of each photo by the command line, and whether that is sure. */
async function commandLine(files, model = SHIPPED) {
  return JSON.parse(await alexnet('predict', model, ...files, '--json')).predictions.map(({ top, sure }) => ({ ...top[0], sure }));
}
