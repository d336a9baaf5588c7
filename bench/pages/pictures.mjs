// What goes into the network: photos as a plain page prepares them, and test pictures from a formula.
import { IMAGE_SIZE } from './network.mjs';

const PIXELS = IMAGE_SIZE * IMAGE_SIZE;
const CHANNELS = 3;
/** Numbers of one picture. */
const VALUES = PIXELS * CHANNELS;
/** The test pictures' number in the formula, see src/self_test.rs. */
const PICTURES = 1000;

/** Where the value of a channel of a pixel stands in a picture. */
const PLACES = {
  NCHW: (channel, pixel) => channel * PIXELS + pixel,
  NHWC: (channel, pixel) => pixel * CHANNELS + channel,
};

/** Photos (files) as one batch: resized to 224 x 224 by the browser, each value -1 to 1. */
export async function readPhotos(files, layout) {
  const bitmaps = await Promise.all(
    files.map((file) =>
      createImageBitmap(file, { resizeWidth: IMAGE_SIZE, resizeHeight: IMAGE_SIZE, resizeQuality: 'medium' }),
    ),
  );
  const context = new OffscreenCanvas(IMAGE_SIZE, IMAGE_SIZE).getContext('2d', { willReadFrequently: true });
  const place = PLACES[layout];
  const values = new Float32Array(files.length * VALUES);
  bitmaps.forEach((bitmap, index) => {
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const { data } = context.getImageData(0, 0, IMAGE_SIZE, IMAGE_SIZE);
    const picture = values.subarray(index * VALUES, (index + 1) * VALUES);
    for (let pixel = 0; pixel < PIXELS; pixel++) {
      for (let channel = 0; channel < CHANNELS; channel++) {
        picture[place(channel, pixel)] = data[pixel * 4 + channel] / 127.5 - 1;
      }
    }
  });
  return values;
}

/** So many test pictures, the same on every machine and in every language, see src/formula.rs. */
export function testPictures(count, layout) {
  const place = PLACES[layout];
  const values = new Float32Array(count * VALUES);
  for (let picture = 0, index = 0; picture < count; picture++) {
    for (let channel = 0; channel < CHANNELS; channel++) {
      for (let pixel = 0; pixel < PIXELS; pixel++, index++) {
        values[picture * VALUES + place(channel, pixel)] = formula(index, PICTURES);
      }
    }
  }
  return values;
}

function formula(index, tensor) {
  let hash = index ^ Math.imul(tensor, 0x9e3779b9);
  for (let round = 0; round < 2; round++) hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  hash ^= hash >>> 16;
  return ((hash >>> 0) / 2 ** 32) * 2 - 1;
}
