// Photos that are chosen while the page's program is still on its way.
import { readFile } from 'node:fs/promises';

import { expect, test } from './support/fixtures.mjs';
import { answersOf, drop, expectAnswer } from './support/page.mjs';

test('photos chosen before the program is there are answered', async ({ page, photos }) => {
  const send = await openSkeleton(page);
  const files = await photos(3);
  await page.locator('input#photos').setInputFiles(files);
  send();
  (await answersOf(page, files)).forEach((answer) => expectAnswer(answer));
});

test('photos chosen and dropped one after the other are all answered', async ({ page, photos }) => {
  const send = await openSkeleton(page);
  const [first, second, third] = await photos(3);
  await page.locator('input#photos').setInputFiles(first);
  await drop(page, 'dropped.jpg', await readFile(second));
  await page.locator('input#photos').setInputFiles(third);
  // A piece of text, say.
  await drop(page);
  await expect(page.locator('#skeleton-status')).toHaveText('Photos that wait: 3');
  send();
  (await answersOf(page, [first, 'dropped.jpg', third])).forEach((answer) => expectAnswer(answer));
});

test('the skeleton speaks as the program will', async ({ page, photos }) => {
  const files = await photos(1);
  const send = await openSkeleton(page, '?lang=zh-CN');
  await page.locator('input#photos').setInputFiles(files);
  await expect(page.locator('#skeleton-status:lang(zh)')).toHaveText('等待中的照片：1');
  send();
  (await answersOf(page, files)).forEach((answer) => expectAnswer(answer));
});

test('what is dropped to be trained on is asked for again', async ({ page, photos }) => {
  const send = await openSkeleton(page, '#train');
  const [file] = await photos(1);
  await drop(page, 'dropped.jpg', await readFile(file));
  await expect(page.locator('#skeleton-status')).toContainText('drop that again');
  send();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  await expect(page.locator('[data-photo]')).toHaveCount(0);
});

test('photos chosen in a dialog that was opened before are answered', async ({ page, photos }) => {
  const send = await openSkeleton(page);
  const files = await photos(2);
  const dialog = page.waitForEvent('filechooser');
  await page.locator('#app[data-skeleton] label.drop').click();
  send();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  await (await dialog).setFiles(files);
  (await answersOf(page, files)).forEach((answer) => expectAnswer(answer));
});

test('the skeleton shows nothing that is not at the place of the address', async ({ page }) => {
  const send = await openSkeleton(page, '#train');
  await expect(page.locator('#app[data-skeleton] a[aria-current]')).toHaveText('Train');
  await expect(page.locator('#app[data-skeleton] h1')).toBeHidden();
  send();
  await expect(page.locator('h1:visible')).toHaveCount(1);
});

test('the focus stays where it is when the program takes the place of the skeleton', async ({ page }) => {
  const send = await openSkeleton(page);
  await page.locator('input#photos').focus();
  send();
  await expect(page.locator('#app[data-skeleton]')).toHaveCount(0);
  await expect(page.locator('input#photos')).toBeFocused();
});

test('a download of which nothing comes is told', async ({ page }) => {
  let send;
  const sent = new Promise((resolve) => (send = resolve));
  await page.route('**/*.safetensors*', async (route) => {
    await sent;
    await route.continue();
  });
  await page.goto('./');
  await expect(page.locator('.stages')).toContainText('Nothing has come for a while');
  send();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
});

/** Opens the page without its program; gives what lets that through. */
async function openSkeleton(page, hash = '') {
  let send;
  const sent = new Promise((resolve) => (send = resolve));
  await page.route('**/page-*_bg.wasm', async (route) => {
    await sent;
    await route.continue();
  });
  await page.goto(`./${hash}`, { waitUntil: 'commit' });
  await expect(page.locator('#app[data-skeleton] input#photos')).toBeAttached();
  return send;
}
