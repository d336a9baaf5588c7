// What becomes of the chosen folder: what in it counts as a class, and whether it is asked for again after a reload.
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { CLASSES, test } from './support/dataset.mjs';
import { beforeEngine } from './support/engine.mjs';
import { expect } from './support/fixtures.mjs';
import { dropSlowFolder } from './support/page.mjs';
import { choose, epochDone, expectTraining, finish, openTraining, start } from './support/training.mjs';

test('a run goes on after a reload without its folder being chosen again', async ({ page, fewPhotos }) => {
  const choosers = [];
  page.on('filechooser', (chooser) => choosers.push(chooser));
  await page.addInitScript(stubPicker);
  await openTraining(page);
  await fillFolder(page, fewPhotos);

  await page.locator('.file-button label[for="dataset"]').click();
  await expectTraining(page, 'checked');
  await expect(page.locator('#report-title')).toContainText('of picked');
  expect(await picks(page)).toEqual([{ mode: 'read' }]);
  await start(page, { mode: 'full', epochs: 1000, 'batch-size': 3, 'learning-rate': 0.0005, seed: 1 });
  // By then the first one is kept.
  await epochDone(page, 2);
  await page.reload();

  await expect(page.locator('#unfinished')).toContainText('need not be chosen again');
  await page.locator('#resume-training').click();
  await expectTraining(page, 'running');
  const before = await page.locator('[data-epoch]').count();
  await epochDone(page, before + 1);
  await page.locator('#stop-training').click();
  const done = await finish(page);
  expect(done.map(({ epoch }) => epoch)).toEqual(done.map((_, index) => index + 1));
  expect(choosers).toEqual([]);
  expect(await picks(page)).toEqual([]);

  await expect(page.locator('#unfinished')).toHaveCount(0);
  await expect.poll(() => foldersKept(page)).toBe(0);
});

test('of a folder chosen while another is looked at, its own photos are seen', async ({ page, dataset }, testInfo) => {
  // The same paths as the last ones of the data set, and no photos.
  const other = testInfo.outputPath('other');
  await cp(path.join(dataset, CLASSES[2]), path.join(other, CLASSES[2]), { recursive: true });
  for (const file of await readdir(other, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) await writeFile(path.join(file.parentPath, file.name), 'this is no photo\n');
  }
  await beforeEngine(page, withSlowLooks);
  await page.addInitScript(() => {
    // Between two helpings of photos for the engine.
    const later = globalThis.setTimeout;
    globalThis.setTimeout = (work, milliseconds = 0) => later(work, milliseconds + 700);
  });
  await openTraining(page);
  await page.locator('input#dataset').setInputFiles(other);
  await expect(page.locator('body')).toHaveAttribute('data-training', 'checking');
  await page.waitForTimeout(1_000);
  await choose(page, dataset);
  await expect(page.locator('[data-class-name]').first()).toHaveAttribute('data-count', '12');
  await expect(page.locator('[data-unreadable]')).toHaveCount(0);
});

test('a folder that is still being listed when another is chosen does not take its place', async ({ page, dataset, photos }) => {
  const [photo] = await photos(1);
  await openTraining(page);
  const finishListing = await dropSlowFolder(page, 'photo.jpeg', await readFile(photo));
  await expect(page.locator('main')).toContainText('1 photo found so far…');
  await choose(page, dataset);
  await finishListing();
  // By then it would have been looked at.
  await page.waitForTimeout(1_000);
  await expectTraining(page, 'checked');
  await expect(page.locator('[data-class-name]')).toHaveCount(CLASSES.length);
});

test('folders around the class folders and inside them are told, and the class folders are the classes', async ({
  page,
  fewPhotos,
}, testInfo) => {
  const above = testInfo.outputPath('above');
  const [first, second] = await readdir(fewPhotos);
  await cp(path.join(fewPhotos, first), path.join(above, 'my pictures', first), { recursive: true });
  await cp(path.join(fewPhotos, second), path.join(above, 'my pictures', second, 'from the garden'), { recursive: true });
  await openTraining(page);
  await choose(page, above);
  for (const name of [first, second]) {
    await expect(page.locator(`[data-class-name="${name}"]`)).toHaveAttribute('data-count', '5');
  }
  await expect(page.locator('[data-class-name]')).toHaveCount(2);
  const findings = page.locator('.findings');
  await expect(findings).toContainText('The class folders were found in my pictures');
  await expect(findings).toContainText(`count for the class folder that they are in: my pictures/${second}/from the garden`);
});

test('where the picker fails, the chooser of every browser comes; where the visitor cancels, nothing does', async ({
  page,
}) => {
  await page.addInitScript(() => {
    window.showDirectoryPicker = async () => {
      throw new DOMException('not now', window.refusal);
    };
    window.refusal = 'AbortError';
  });
  await openTraining(page);
  let choosers = 0;
  page.on('filechooser', () => choosers++);
  const choose = page.locator('.file-button label[for="dataset"]');
  await choose.click();
  await page.evaluate(() => (window.refusal = 'SecurityError'));
  await choose.click();
  await expect.poll(() => choosers).toBe(1);
  await choose.click();
  await expect.poll(() => choosers).toBe(2);
});

// Runs in the engine's worker: decoders hear late of the photos that they are to look at.
function withSlowLooks() {
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function (message, ...others) {
    const post = () => postMessage.call(this, message, ...others);
    if (message.Look) setTimeout(post, 1_000);
    else post();
  };
}

// Runs in the page, before it: the visitor always picks the same folder.
function stubPicker() {
  window.picks = [];
  window.showDirectoryPicker = async (options) => {
    window.picks.push(options);
    const root = await navigator.storage.getDirectory();
    return root.getDirectoryHandle('picked', { create: true });
  };
}

/** With what the picker was called since the page was loaded. */
function picks(page) {
  return page.evaluate(() => window.picks);
}

/** Puts copies of these class folders into the folder that the visitor picks. */
async function fillFolder(page, folder) {
  for (const file of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!file.isFile()) continue;
    const bytes = await readFile(path.join(file.parentPath, file.name));
    const photo = { className: path.basename(file.parentPath), name: file.name, base64: bytes.toString('base64') };
    await page.evaluate(async ({ className, name, base64 }) => {
      const root = await navigator.storage.getDirectory();
      const picked = await root.getDirectoryHandle('picked', { create: true });
      const folder = await picked.getDirectoryHandle(className, { create: true });
      const handle = await folder.getFileHandle(name, { create: true });
      const writer = await handle.createWritable();
      await writer.write(Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0)));
      await writer.close();
    }, photo);
  }
}

/** How many folders the page keeps for another visit. */
function foldersKept(page) {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open('alexnet-folder');
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const database = request.result;
          const count = database.transaction('folder').objectStore('folder').count();
          count.onsuccess = () => {
            database.close();
            resolve(count.result);
          };
        };
      }),
  );
}
