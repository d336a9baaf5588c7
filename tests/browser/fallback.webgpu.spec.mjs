// With a GPU that is not wanted, or that goes away, the page runs on the CPU and says so.
import { test } from './support/dataset.mjs';
import { expect } from './support/fixtures.mjs';
import { haltDevice, loseDevice } from './support/gpu.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';
import { choose, epochDone, expectTraining, finish, openTraining, start } from './support/training.mjs';

// A software GPU takes long for the test before a run.
const A_WHILE = 20 * 60_000;

test('?device=cpu is obeyed, and the page says why', async ({ page, photos }) => {
  await open(page, '?device=cpu');
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
  await expect(page.locator('#device')).toContainText(/asked for/);
  const [answer] = await classify(page, await photos(1));
  expectAnswer(answer);
});

test('a GPU that errs over several pictures at once is replaced by the CPU', async ({ page, photos }) => {
  await open(page, '#inside');
  await page.locator('input#inspect').setInputFiles(await photos(1));
  await expect(page.locator('body')).toHaveAttribute('data-inside', 'done');
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');

  await haltDevice(page);
  await page.getByRole('button', { name: 'Check by covering' }).click();
  await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
  await expect(page.locator('#device')).toContainText(/answers differ/);
  await expect(page.locator('body')).toHaveAttribute('data-inside', 'done');
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
    expect(page.workers().map((worker) => worker.url())).toContainEqual(expect.stringMatching(/engine_cpu/));
  });

  test('breaks a run off, which goes on from its last epoch on the CPU', async ({ page, fewPhotos }) => {
    test.setTimeout(A_WHILE);
    await openTraining(page);
    await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
    await choose(page, fewPhotos);
    const settings = { mode: 'head', epochs: 1000, 'batch-size': 2, 'learning-rate': 0.0005, seed: 1 };
    await start(page, settings, { timeout: A_WHILE });
    await expect(page.locator('[data-epoch="2"]')).toBeAttached({ timeout: A_WHILE });

    await loseDevice(page);
    await expectTraining(page, 'failed');
    await expect(page.locator('#training-message')).toContainText(/broke off.*lost.*gone on with above/);
    await expect(page.locator('body')).toHaveAttribute('data-device', 'cpu');
    await expect(page.locator('#unfinished')).toContainText(/\d+ of 1000 epochs/);

    await page.locator('#resume-training').click();
    await expectTraining(page, 'running');
    const before = await page.locator('[data-epoch]').count();
    expect(before).toBeGreaterThanOrEqual(2);
    await epochDone(page, before + 1);
    await expect(page.locator('#run')).toContainText('runs on CPU');
    await page.locator('#stop-training').click();
    const done = await finish(page);
    expect(done.map(({ epoch }) => epoch)).toEqual(done.map((_, index) => index + 1));
  });
});
