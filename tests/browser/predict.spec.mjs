// The shipped model classifies, and as the command line does.
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

import { ROOT, alexnet } from './support/command-line.mjs';
import { expect, test } from './support/fixtures.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

const MODELS = path.join(ROOT, 'www/models');
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

async function expectAnswersOfCommandLine(page, files) {
  const expected = await commandLine(files);
  const answers = await classify(page, files);
  answers.forEach((answer, index) => {
    expectAnswer(answer);
    expect(answer.label, files[index]).toBe(expected[index].label);
    expect(Math.abs(answer.probability - expected[index].probability), files[index]).toBeLessThan(2e-3);
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

/** The top class of each photo by the command line, with the shipped weights. */
async function commandLine(files) {
  const model = path.join(MODELS, readdirSync(MODELS).find((name) => name.endsWith('.safetensors')));
  return JSON.parse(await alexnet('predict', model, ...files, '--json')).predictions.map(({ top }) => top[0]);
}
