// Photos to classify, drawn by the browser: real files that belong to nobody. They are drawn once and
// kept.
import { access, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { Browser } from './browser.mjs';

const JPEGS = 200;
const PNGS = 2;
/** Photos that are drawn between two looks at the clock. */
const AT_A_TIME = 20;

/**
 * Draws the photos into a folder that keeps them: `{ jpegs, pngs }`. The PNGs are of the size that the network sees, so
 * that nobody has to resize them.
 */
export async function drawnPhotos(kept, setting) {
  const jpegs = Array.from({ length: JPEGS }, (_, number) => path.join(kept, `photo-${number}.jpeg`));
  const pngs = Array.from({ length: PNGS }, (_, number) => path.join(kept, `picture-${number}.png`));
  if (!(await exists(kept))) {
    const unfinished = `${kept}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    const browser = await Browser.launch(setting);
    try {
      const page = await browser.newPage();
      const draw = async (files, picture) => {
        for (let from = 0; from < files.length; from += AT_A_TIME) {
          const some = files.slice(from, from + AT_A_TIME);
          const drawn = await page.evaluate(drawInPage, { from, to: from + some.length, ...picture });
          for (const [index, base64] of drawn.entries()) {
            const file = path.join(unfinished, path.relative(kept, some[index]));
            await mkdir(path.dirname(file), { recursive: true });
            await writeFile(file, Buffer.from(base64, 'base64'));
          }
        }
      };
      await draw(jpegs, { width: 1280, height: 960, type: 'image/jpeg' });
      await draw(pngs, { width: 224, height: 224, type: 'image/png' });
    } finally {
      await browser.close();
    }
    await rename(unfinished, kept);
  }
  return { jpegs, pngs };
}

function exists(file) {
  return access(file).then(() => true, () => false);
}

// Runs in the page: flowers of as many colours and petals as there are photos, on meadows of many blades, so that the
// files are about as large as a camera's of that size.
async function drawInPage({ from, to, width, height, type }) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  const drawn = [];
  for (let number = from; number < to; number++) {
    context.fillStyle = `hsl(${90 + (number % 40)} 50% 30%)`;
    context.fillRect(0, 0, width, height);
    let random = number + 1;
    const next = (below) => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return (random / 2 ** 32) * below;
    };
    for (let blade = 0; blade < 6000; blade++) {
      context.fillStyle = `hsl(${70 + next(70)} ${30 + next(40)}% ${15 + next(40)}%)`;
      context.fillRect(next(width), next(height), 1 + next(3), 4 + next(height / 20));
    }
    const petals = 5 + (number % 17);
    context.fillStyle = `hsl(${(number * 47) % 360} 80% 60%)`;
    for (let petal = 0; petal < petals; petal++) {
      context.beginPath();
      const angle = (petal * Math.PI * 2) / petals;
      context.ellipse(width / 2, height / 2, height * 0.38, height * 0.05, angle, 0, Math.PI * 2);
      context.fill();
    }
    context.fillStyle = `hsl(${(number * 13) % 60} 90% 45%)`;
    context.beginPath();
    context.arc(width / 2, height / 2, height * (0.1 + (number % 20) / 200), 0, Math.PI * 2);
    context.fill();
    const blob = await canvas.convertToBlob({ type, quality: 0.85 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    drawn.push(btoa(text));
  }
  return drawn;
}
