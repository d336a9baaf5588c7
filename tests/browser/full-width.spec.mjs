// torchvision's AlexNet, of full width: it is recognised, and answers as on the command line.
import { writeFile } from 'node:fs/promises';

import { alexnet } from './support/command-line.mjs';
import { expect, test } from './support/fixtures.mjs';
import { FULL_WIDTH, formulaModel } from './support/formula.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

test('the answers of full width are those of the command line', async ({ page, photos }, testInfo) => {
  const file = testInfo.outputPath('full-width.safetensors');
  await writeFile(file, formulaModel(FULL_WIDTH));
  const drawn = await photos(2);
  const { predictions } = JSON.parse(await alexnet('predict', file, ...drawn, '--json'));

  // Photos that wait when the model changes are answered by the new one, in its own preprocessing.
  await open(page);
  await page.locator('input#model-file').setInputFiles(file);
  await expect(page.locator('#model .value')).toHaveText('full-width.safetensors');
  await expect(page.locator('#model')).toContainText('57 million weights');
  const answers = await classify(page, drawn);
  answers.forEach((answer, index) => {
    expectAnswer(answer);
    const [top] = predictions[index].top;
    expect(answer.label).toBe(top.label);
    expect(Math.abs(answer.probability - top.probability)).toBeLessThan(2e-3);
  });
  // Where the GPU does not take a layer so large, the page says so.
  if ((await page.locator('body').getAttribute('data-device')) !== test.info().project.name) {
    await expect(page.locator('#device')).toContainText('a layer of 144 MB');
  }

  await page.goto('./#inside');
  await expect(page.locator('#inside-filters')).toHaveAttribute('data-pictures', '64');
  await expect(page.locator('[data-layer="classifier.1"]')).toContainText('9216');
});
