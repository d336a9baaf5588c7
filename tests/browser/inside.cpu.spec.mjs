// Looking inside the network: what decided, what each layer makes of a photo, what the network consists of.
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { expect, test } from './support/fixtures.mjs';
import { formulaModel } from './support/formula.mjs';
import { badPhotos } from './support/hostile.mjs';
import { classify, drop, open, photo } from './support/page.mjs';

test('a classified photo shows what decided its class, and what every layer makes of it', async ({ page, photos }) => {
  const [file] = await photos(1);
  await open(page);
  const [answer] = await classify(page, [file]);
  const card = photo(page, file);
  await card.locator('summary').click();
  await card.getByRole('button', { name: 'Look inside' }).click();
  await expectInside(page, 'done');

  const heat = page.locator('#inside-heat');
  await expect(heat).toHaveAttribute('data-class', answer.label);
  await expect(heat).toHaveAttribute('data-method', 'grad-cam');
  await expectShown(heat);

  // Another class has another heat map.
  const top = await heat.getAttribute('src');
  const other = page.locator(`[data-inside-class]:not([data-inside-class="${answer.label}"])`).first();
  await other.click();
  await expect(heat).toHaveAttribute('data-class', await other.getAttribute('data-inside-class'));
  expect(await heat.getAttribute('src')).not.toBe(top);

  // Occlusion checks it.
  await page.getByRole('button', { name: 'Check by covering' }).click();
  await expect(heat).toHaveAttribute('data-method', 'occlusion');
  await expectShown(heat);

  await expect(page.locator('#inside-maps')).toHaveAttribute('data-pictures', '48');
  await expectShown(page.locator('#inside-maps'));
  await page.locator('[data-layer="features.6"] button').click();
  await expect(page.locator('#inside-maps')).toHaveAttribute('data-pictures', '192');
  await page.locator('[data-layer="classifier.6"] button').click();
  await expect(page.locator('.strongest')).toContainText(answer.label);
});

test('a photo that is dropped is looked at, and what is no photo is named', async ({ page, photos }) => {
  await open(page, '#inside');
  await drop(page, 'dropped.jpg', await readFile((await photos(1))[0]));
  await expectInside(page, 'done');
  await expect(page.locator('.subject .name')).toHaveText('dropped.jpg');
  await drop(page, 'text.jpg', Buffer.from('this is no photo'));
  await expect(page.locator('.subject')).toContainText('not a photo');
  await expect(page.locator('[data-photo]')).toHaveCount(0);
});

test('the layer table and the filters are those of the model in use', async ({ page }) => {
  await open(page, '#inside');
  await expect(page.locator('body')).toHaveAttribute('data-inside', 'idle');
  const rows = page.locator('[data-layer]');
  await expect(rows).toHaveCount(11);
  const parameters = await rows.evaluateAll((rows) => rows.map((row) => Number(row.dataset.parameters)));
  expect(parameters.reduce((sum, count) => sum + count)).toBe(14_591_685);
  await expect(page.locator('[data-layer="features.0"]')).toContainText('48 × 55 × 55');

  const filters = page.locator('#inside-filters');
  await expect(filters).toHaveAttribute('data-pictures', '48');
  await expectShown(filters);
  const shipped = await filters.getAttribute('src');
  const model = test.info().outputPath('formula.safetensors');
  await writeFile(model, formulaModel());
  await page.locator('input#model-file').setInputFiles(model);
  await expect(filters).not.toHaveAttribute('src', shipped);
});

test('a small photo that its file says is turned is shown upright', async ({ page, photos }) => {
  const jpeg = await readFile((await photos(1))[0]);
  await open(page, '#inside');
  await page.locator('input#inspect').setInputFiles({ name: 'turned.jpg', mimeType: 'image/jpeg', buffer: turned(jpeg) });
  await expectInside(page, 'done');
  const size = await page.locator('#inside-heat').evaluate((image) => [image.naturalWidth, image.naturalHeight]);
  expect(size).toEqual([240, 320]);
});

test('a file that is no photo gets a message, and the next photo is looked at', async ({ page, photos }) => {
  const [good] = await photos(1);
  await open(page, '#inside');
  const text = (await badPhotos(good)).find(({ name }) => name === 'text.jpg');
  await page.locator('input#inspect').setInputFiles(text);
  await expectInside(page, 'failed');
  await expect(page.locator('.inside [role="alert"]')).toContainText(/text\.jpg.*not a photo/);

  await page.locator('input#inspect').setInputFiles(good);
  await expectInside(page, 'done');
  await expectShown(page.locator('#inside-heat'));
  await expect(page.locator('.inside')).toContainText(path.basename(good));
});

/** A JPEG that is to be turned by a quarter: EXIF's orientation 6. */
function turned(jpeg) {
  const exif = Buffer.from('4578696600004d4d002a000000080001011200030000000100060000' + '00000000', 'hex');
  const length = Buffer.from([0, exif.length + 2]);
  return Buffer.concat([jpeg.subarray(0, 2), Buffer.from([0xff, 0xe1]), length, exif, jpeg.subarray(2)]);
}

function expectInside(page, state) {
  return expect(page.locator('body')).toHaveAttribute('data-inside', state);
}

/** Expects that a picture is loaded. */
function expectShown(image) {
  return expect.poll(() => image.evaluate((image) => image.complete && image.naturalWidth)).toBeGreaterThan(100);
}
