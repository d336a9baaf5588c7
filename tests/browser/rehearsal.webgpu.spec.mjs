// A GPU's programs are compiled while the weights are on their way: src/rehearsal.rs.
import { beforeEngine } from './support/engine.mjs';
import { expect, test } from './support/fixtures.mjs';
import { classify, expectAnswer } from './support/page.mjs';

test('what the first answer needs is compiled before the weights are there', async ({ page, photos }) => {
  let send;
  const asked = new Promise((resolve) => (send = resolve));
  await page.route('**/*.safetensors*', async (route) => {
    await asked;
    await route.continue();
  });
  await beforeEngine(page, () => {
    const compile = GPUDevice.prototype.createComputePipeline;
    self.compiled = [];
    GPUDevice.prototype.createComputePipeline = function (program) {
      self.compiled.push(program.label);
      return compile.call(this, program);
    };
  });
  await page.goto('./');
  const compiled = async () => {
    const engine = page.workers().find((worker) => /\/engine/.test(worker.url()));
    return engine?.evaluate(() => self.compiled);
  };
  await expect.poll(async () => (await compiled())?.length).toBeGreaterThan(0);
  const rehearsed = await compiled();
  send();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  const [answer] = await classify(page, await photos(1));
  expectAnswer(answer);
  expect(await compiled()).toEqual(rehearsed);
});
