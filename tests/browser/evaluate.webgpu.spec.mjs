// An evaluation on the GPU, and what becomes of it when the GPU goes away.
import { test } from './support/dataset.mjs';
import { expect } from './support/fixtures.mjs';
import { loseDevice } from './support/gpu.mjs';
import { open } from './support/page.mjs';

test.use({ expectedConsole: [/lost|destroyed/i] });

test('an evaluation goes on with the CPU when the GPU is lost', async ({ page, fewPhotos }) => {
  await open(page, '#evaluate');
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
  await page.locator('#evaluate-folder').setInputFiles(fewPhotos);
  const bar = page.locator('#evaluation-progress');
  await expect.poll(() => bar.evaluate((bar) => bar.value)).toBeGreaterThan(0);
  await loseDevice(page);
  await expect(page.locator('body')).toHaveAttribute('data-evaluation', 'done');
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
  // The classes of these photos are none of the model's: it says what it answered.
  await expect(page.locator('[data-evaluated]')).toContainText('No folder is named after one of its classes');
});
