// Without an adapter, as in every browser without WebGPU, the page runs on the CPU and says so.
import { expect, test } from './support/fixtures.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

test('without a WebGPU adapter the CPU classifies, and the page says why', async ({ page, photos }) => {
  await open(page);
  expect(await page.evaluate(() => navigator.gpu?.requestAdapter() ?? null)).toBeNull();
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
  await expect(page.locator('#device')).toContainText('CPU');
  await expect(page.locator('#device')).toContainText(/adapter|WebGPU/);
  // The engine that knows no GPU is a fraction of the other.
  expect(page.workers().map((worker) => worker.url())).toContainEqual(expect.stringMatching(/engine_cpu/));
  const [answer] = await classify(page, await photos(1));
  expectAnswer(answer);
});

for (const [what, files] of [['program', '**/page-*_bg.wasm'], ['script', '**/page-*.js']]) {
  test.describe(`where the page's ${what} is missing`, () => {
    test.use({ expectedConsole: [/page-|404|wasm|module/i] });

    test('the skeleton says that it cannot start', async ({ page }) => {
      await page.route(files, (route) => route.fulfill({ status: 404, body: '' }));
      await page.goto('./');
      await expect(page.locator('body')).toHaveAttribute('data-state', 'failed');
      await expect(page.locator('#skeleton-status')).toContainText(/The page cannot start here .*page-/);
    });
  });
}
