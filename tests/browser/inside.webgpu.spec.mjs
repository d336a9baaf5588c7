// On the GPU, Look inside finds what it finds on the CPU.
import { expect, test } from './support/fixtures.mjs';
import { open } from './support/page.mjs';

/** Levels of brightness that a pixel may be apart, of 255; JPEG makes more of a difference than it is. */
const LEVELS = 4;

test('what decided, and what every layer makes of a photo, is the same on both devices', async ({ page, photos }) => {
  const [file] = await photos(1);
  const gpu = await look(page, '#inside', file);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
  const cpu = await look(page, '?device=cpu#inside', file);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');

  expect(gpu.heat.class).toBe(cpu.heat.class);
  expectAlike(gpu.heat.pixels, cpu.heat.pixels, 'heat map');
  expect(gpu.layers.map(({ layer }) => layer)).toEqual(cpu.layers.map(({ layer }) => layer));
  expect(gpu.layers).toHaveLength(11);
  gpu.layers.forEach(({ layer, strongest, pixels }, index) => {
    const expected = cpu.layers[index];
    expect(strongest.length, layer).toBe(expected.strongest.length);
    strongest.forEach((strength, place) => {
      const tolerance = 0.011 + 1e-3 * Math.abs(expected.strongest[place]);
      expect(Math.abs(strength - expected.strongest[place]), `${layer}, place ${place}`).toBeLessThan(tolerance);
    });
    expectAlike(pixels, expected.pixels, layer);
  });
});

/** What is shown of a photo: the heat map, and of each layer the maps and the strengths of its strongest channels. */
async function look(page, query, file) {
  await open(page, query);
  await page.locator('input#inspect').setInputFiles(file);
  await expect(page.locator('body')).toHaveAttribute('data-inside', 'done');
  const image = page.locator('#inside-heat');
  const heat = { class: await image.getAttribute('data-class'), pixels: await pixels(image) };
  const layers = [];
  for (const row of await page.locator('[data-layer]').all()) {
    const button = row.getByRole('button');
    if ((await button.getAttribute('aria-expanded')) !== 'true') await button.click();
    await expect(button).toHaveAttribute('aria-expanded', 'true');
    const strengths = await page.locator('.strongest span').allTextContents();
    const maps = page.locator('#inside-maps');
    layers.push({
      layer: await row.getAttribute('data-layer'),
      strongest: strengths.map(Number),
      pixels: (await maps.count()) ? await pixels(maps) : [],
    });
  }
  return { heat, layers };
}

/** A picture's pixels, red, green and blue. */
async function pixels(image) {
  await expect.poll(() => image.evaluate((image) => image.complete && image.naturalWidth)).toBeGreaterThan(0);
  return image.evaluate(async (image) => {
    const bitmap = await createImageBitmap(image);
    const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext('2d');
    context.drawImage(bitmap, 0, 0);
    const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
    return Array.from(data).filter((_, place) => place % 4 < 3);
  });
}

function expectAlike(found, expected, what) {
  expect(found.length, what).toBe(expected.length);
  const widest = found.reduce((widest, value, place) => Math.max(widest, Math.abs(value - expected[place])), 0);
  expect(widest, what).toBeLessThanOrEqual(LEVELS);
}
