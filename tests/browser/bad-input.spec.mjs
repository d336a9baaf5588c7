// Whatever is dropped, the page says what is wrong with it and goes on.
import { expect, test } from './support/fixtures.mjs';
import { badModels, badPhotos } from './support/hostile.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

test('bad photos are named with the reason, and a good one is classified after them', async ({ page, photos }) => {
  const [good] = await photos(1);
  await open(page);
  const bad = await badPhotos(good);
  await page.locator('input#photos').setInputFiles(bad);
  for (const { name } of bad) {
    const element = page.locator(`[data-photo="${name}"]`);
    await expect(element, name).toHaveAttribute('data-error', /\w+ \w+/);
    await expect(element, name).toContainText(name);
  }
  await expect(page.locator('[data-photo="huge.png"]')).toHaveAttribute('data-error', /too large/);
  const [answer] = await classify(page, [good]);
  expectAnswer(answer);
});

test('bad model files are refused by name, and the model in use stays', async ({ page, photos }) => {
  const [good] = await photos(1);
  await open(page);
  const [before] = await classify(page, [good]);
  for (const file of badModels()) {
    await page.locator('input#model-file').setInputFiles(file);
    await expect(page.locator('body')).toContainText(file.name);
  }
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  const [after] = await classify(page, [good]);
  expect(after).toEqual(before);
});
