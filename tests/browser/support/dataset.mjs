// Folders of photos to train on, drawn by the browser: classes that differ in colour and in shape.
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { test as base } from './fixtures.mjs';

/** The classes of `dataset`; there are twelve photos of each. */
export const CLASSES = ['blue stars', 'green bars', 'red discs'];

/**
 * What is odd about `oddDataset`. Photos of different classes bear the same names, and one is of 50 megapixels; another
 * folder is empty.
 */
export const ODD = {
  /** The classes, with the number of photos that can be read. */
  classes: { 玫瑰: 7, 'two words': 8, '🌻 sun & co': 6, 'only three': 3 },
  unreadable: 'two words/no photo.jpg',
  /** Equal files in one class. */
  copies: ['two words/1.png', 'two words/copy of 1.png'],
  /** Equal files in two classes. */
  contradiction: ['🌻 sun & co/2.webp', '玫瑰/stray.webp'],
};

/** @type {import('@playwright/test').TestType} */
export const test = base.extend({
  // The path of a folder of class folders.
  dataset: [
    async ({ browser }, use, workerInfo) => {
      const folder = await emptyFolder(workerInfo, 'shapes');
      const photos = CLASSES.flatMap((name, kind) => numbered(12).map((number) => ({ name, kind, number })));
      await drawInto(folder, browser, photos);
      await use(folder);
    },
    { scope: 'worker' },
  ],

  // Two classes of five photos each, for devices that take long.
  fewPhotos: [
    async ({ browser }, use, workerInfo) => {
      const folder = await emptyFolder(workerInfo, 'few-photos');
      const photos = [0, 2].flatMap((kind) => numbered(5).map((number) => ({ name: CLASSES[kind], kind, number })));
      await drawInto(folder, browser, photos);
      await use(folder);
    },
    { scope: 'worker' },
  ],

  // The path of a folder such as visitors have, see `ODD`.
  oddDataset: [
    async ({ browser }, use, workerInfo) => {
      const folder = await emptyFolder(workerInfo, 'odd');
      const inFolder = (file) => path.join(folder, file);
      const photos = Object.keys(ODD.classes).flatMap((name, kind) =>
        numbered(name === 'only three' ? 3 : 6).map((number) => ({ name, kind, number })),
      );
      const huge = { file: 'two words/50 megapixels.jpeg', kind: 1, number: 99, width: 8_000, height: 6_250 };
      await drawInto(folder, browser, [...photos, huge]);
      await copyFile(...ODD.copies.map(inFolder));
      await copyFile(...ODD.contradiction.map(inFolder));
      await writeFile(inFolder(ODD.unreadable), 'this is no photo\n');
      await mkdir(inFolder('nothing in it'));
      await use(folder);
    },
    { scope: 'worker' },
  ],
});

async function emptyFolder(workerInfo, name) {
  const folder = workerInfo.project.outputDir.replace(/failures$/, name);
  await rm(folder, { recursive: true, force: true });
  return folder;
}

function numbered(count) {
  return Array.from({ length: count }, (_, number) => number);
}

/** Draws photos `{ name, kind, number }`: the class's name and look, and what tells the photo from its others. */
async function drawInto(folder, browser, photos) {
  const page = await browser.newPage();
  for (const { name, number, file, ...look } of photos) {
    const format = ['jpeg', 'png', 'webp'][number % 3];
    const base64 = await page.evaluate(draw, { number, format, ...look });
    const target = path.join(folder, file ?? `${name}/${number}.${format}`);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, Buffer.from(base64, 'base64'));
  }
  await page.close();
}

// Runs in the browser: shapes of one kind and colour, on a ground of many.
async function draw({ kind, number, format, width = 96 + ((number * 53) % 225), height = 72 + ((number * 31) % 169) }) {
  // mulberry32, so that every run draws the same.
  let state = kind * 1_000 + number;
  const random = () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least, most) => least + random() * (most - least);

  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  const polygon = (corners, reach) => {
    for (let corner = 0; corner < corners; corner++) {
      const angle = (corner * Math.PI * 2) / corners;
      context.lineTo(Math.sin(angle) * reach(corner), -Math.cos(angle) * reach(corner));
    }
  };
  const { hue, outline } = [
    { hue: 225, outline: (size) => polygon(10, (corner) => (corner % 2 ? 0.4 : 1.2) * size) },
    { hue: 130, outline: (size) => context.rect(-size / 4, -1.5 * size, size / 2, 3 * size) },
    { hue: 5, outline: (size) => context.arc(0, 0, size, 0, Math.PI * 2) },
    { hue: 45, outline: (size) => polygon(3, () => 1.2 * size) },
  ][kind];

  for (let x = 0; x < 4; x++) {
    for (let y = 0; y < 4; y++) {
      context.fillStyle = `hsl(${between(0, 360)} 15% ${between(55, 95)}%)`;
      context.fillRect((x * width) / 4, (y * height) / 4, width / 4 + 1, height / 4 + 1);
    }
  }
  for (let shape = 0; shape < 3; shape++) {
    context.save();
    context.translate(between(0.25, 0.75) * width, between(0.25, 0.75) * height);
    context.rotate(between(-0.3, 0.3));
    context.fillStyle = `hsl(${hue + between(-12, 12)} 80% ${between(35, 50)}%)`;
    context.beginPath();
    outline(between(0.15, 0.3) * Math.min(width, height));
    context.fill();
    context.restore();
  }
  const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: 0.9 });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}
