// What a visitor does, through the hooks that the page keeps for scripts.
import path from 'node:path';

import { expect } from './fixtures.mjs';

/** Opens the page and waits until it can classify. */
export async function open(page, query = '') {
  await page.goto(`./${query}`);
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
}

/** Drops a file on the page, or what is none. */
export async function drop(page, name, bytes) {
  await page.locator('main').evaluate((target, { name, base64 }) => {
    const dataTransfer = new DataTransfer();
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    if (name) dataTransfer.items.add(new File([bytes], name));
    else dataTransfer.items.add('words', 'text/plain');
    const over = new DragEvent('dragover', { dataTransfer, bubbles: true, cancelable: true });
    // Else the browser would show the photo in the page's place.
    if (target.dispatchEvent(over)) throw new Error('files cannot be dropped');
    target.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }));
  }, { name, base64: bytes?.toString('base64') ?? '' });
}

/** Drops a folder whose one photo takes the browser long to find; the last of it is listed once what is given is called. */
export async function dropSlowFolder(page, name, bytes) {
  await page.evaluate(({ name, base64 }) => {
    const file = new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name);
    const photo = { isDirectory: false, fullPath: `/folder/${name}`, file: (found) => found(file) };
    const late = new Promise((resolve) => setTimeout(resolve, 1000, [photo]));
    const end = new Promise((resolve) => (globalThis.endOfFolder = () => resolve([])));
    const parts = [late, end];
    const folder = {
      isDirectory: true,
      fullPath: '/folder',
      createReader: () => ({ readEntries: (found) => parts.shift().then(found) }),
    };
    DataTransferItem.prototype.webkitGetAsEntry = () => folder;
  }, { name, base64: bytes.toString('base64') });
  await drop(page, name, bytes);
  return () => page.evaluate(() => globalThis.endOfFolder());
}

/** The element of a photo, given by its path or as `{ name, mimeType, buffer }`; of several with one name, the last. */
export function photo(page, file) {
  return page.locator(`[data-photo="${file.name ?? path.basename(file)}"]`).last();
}

/** Drops photos and waits for all answers: `{ label, probability, sure }` or `{ error }` for each. */
export async function classify(page, files) {
  await page.locator('input#photos').setInputFiles(files);
  return answersOf(page, files);
}

/** Waits for the answers to photos. */
export async function answersOf(page, files) {
  const answers = [];
  for (const file of files) {
    const element = photo(page, file);
    await expect(element.and(page.locator('[data-label], [data-error]'))).toBeAttached();
    const { label, probability, sure, error } = await element.evaluate((element) => ({ ...element.dataset }));
    answers.push(error === undefined ? { label, probability: Number(probability), sure: sure === 'true' } : { error });
  }
  return answers;
}

/** Expects that a photo was classified. */
export function expectAnswer(answer) {
  expect(answer.error).toBeUndefined();
  expect(answer.label).not.toBe('');
  expect(answer.probability).toBeGreaterThan(0);
  expect(answer.probability).toBeLessThanOrEqual(1);
}

/** How many photos have been answered. */
export function answered(page) {
  return page.locator('[data-photo][data-label]').count();
}
