// Photos that are chosen while the page's program is still on its way.
import { readFile } from 'node:fs/promises';

import { expect, test } from './support/fixtures.mjs';
import { answersOf, expectAnswer } from './support/page.mjs';

test('photos chosen before the program is there are answered', async ({ page, photos }) => {
  const send = await openSkeleton(page);
  const files = await photos(3);
  await page.locator('input#photos').setInputFiles(files);
  send();
  (await answersOf(page, files)).forEach((answer) => expectAnswer(answer));
});

test('a photo dropped before the program is there is answered', async ({ page, photos }) => {
  const send = await openSkeleton(page);
  const [file] = await photos(1);
  await page.locator('main').evaluate((target, base64) => {
    const dataTransfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    dataTransfer.items.add(new File([bytes], 'dropped.jpg'));
    const over = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
    // Else the browser would show the photo in the page's place.
    if (target.dispatchEvent(over)) throw new Error('files cannot be dropped');
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, (await readFile(file)).toString('base64'));
  send();
  (await answersOf(page, ['dropped.jpg'])).forEach((answer) => expectAnswer(answer));
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

/** Opens the page without its program; gives what lets that through. */
async function openSkeleton(page) {
  let send;
  const sent = new Promise((resolve) => (send = resolve));
  await page.route('**/page-*_bg.wasm', async (route) => {
    await sent;
    await route.continue();
  });
  await page.goto('./', { waitUntil: 'commit' });
  await expect(page.locator('#app[data-skeleton] input#photos')).toBeAttached();
  return send;
}
