// With a GPU that is not wanted, or that goes away, the page runs on the CPU and says so.
import { expect, test } from './support/fixtures.mjs';
import { loseDevice } from './support/gpu.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

test('?device=cpu is obeyed, and the page says why', async ({ page, photos }) => {
  await open(page, '?device=cpu');
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
  await expect(page.locator('#device')).toContainText(/asked for/);
  const [answer] = await classify(page, await photos(1));
  expectAnswer(answer);
});

test.describe('a lost GPU', () => {
  test.use({ expectedConsole: [/lost|destroyed/i] });

  test('is replaced by the CPU, and no photo goes unanswered', async ({ page, photos }) => {
    const [first, ...later] = await photos(4);
    await open(page);
    await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
    expectAnswer((await classify(page, [first]))[0]);

    await loseDevice(page);
    for (const answer of await classify(page, later)) expectAnswer(answer);
    await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
    await expect(page.locator('#device')).toContainText(/lost/);
  });
});
