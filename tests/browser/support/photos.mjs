// Photos for the tests, drawn by the browser: real JPEG, PNG and WebP files that belong to nobody.
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Draws the photos numbered `from` to `to` (exclusive) into a folder and gives their paths. */
export async function drawPhotos(browser, folder, from, to) {
  const page = await browser.newPage();
  const drawn = await page.evaluate(draw, { from, to });
  await page.close();
  await mkdir(folder, { recursive: true });
  const write = async ({ format, base64 }, index) => {
    const file = path.join(folder, `photo-${from + index}.${format}`);
    await writeFile(file, Buffer.from(base64, 'base64'));
    return file;
  };
  return Promise.all(drawn.map(write));
}

// Runs in the browser: flowers of as many colours and petals as there are photos, on meadows.
async function draw({ from, to }) {
  const canvas = new OffscreenCanvas(320, 240);
  const context = canvas.getContext('2d');
  const formats = ['jpeg', 'png', 'webp'];
  const drawn = [];
  for (let number = from; number < to; number++) {
    const meadow = context.createLinearGradient(0, 0, 0, 240);
    meadow.addColorStop(0, `hsl(${190 + (number % 30)} 60% 75%)`);
    meadow.addColorStop(1, `hsl(${90 + (number % 40)} 50% 30%)`);
    context.fillStyle = meadow;
    context.fillRect(0, 0, 320, 240);
    const petals = 5 + (number % 17);
    context.fillStyle = `hsl(${(number * 47) % 360} 80% 60%)`;
    for (let petal = 0; petal < petals; petal++) {
      context.beginPath();
      context.ellipse(160, 120, 90, 12, (petal * Math.PI * 2) / petals, 0, Math.PI * 2);
      context.fill();
    }
    context.fillStyle = `hsl(${(number * 13) % 60} 90% 45%)`;
    context.beginPath();
    context.arc(160, 120, 25 + (number % 20), 0, Math.PI * 2);
    context.fill();
    const format = formats[number % formats.length];
    const blob = await canvas.convertToBlob({ type: `image/${format}`, quality: 0.85 });
    const bytes = new Uint8Array(await blob.arrayBuffer());
    drawn.push({ format, base64: btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')) });
  }
  return drawn;
}
