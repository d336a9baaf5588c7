// The engines' programs come in two halves, the second of which is loaded when one of its functions is called. The benchmark
// shows whether a first answer loads it: which functions the compiler makes part of their callers changes with edits.
import { writeFile } from 'node:fs/promises';

import { expect, test } from './support/fixtures.mjs';
import { formulaModel } from './support/formula.mjs';
import { classify, expectAnswer, open } from './support/page.mjs';

test('an engine loads the second half of its program once, and does with it what it could not before', async ({ page, photos }, testInfo) => {
  const model = testInfo.outputPath('formula.safetensors');
  await writeFile(model, formulaModel());
  await open(page);
  (await classify(page, await photos(10))).forEach((answer) => expectAnswer(answer));
  await page.locator('input#model-file').setInputFiles(model);
  await expect(page.locator('#model .value')).toHaveText('formula.safetensors');
  expect(await restsLoaded(page)).toHaveLength(1);
  await page.locator('#clear').click();
  (await classify(page, await photos(2))).forEach((answer) => expectAnswer(answer));
  expect(await restsLoaded(page)).toHaveLength(1);
});

test.describe('where that half cannot be loaded', () => {
  test.use({ expectedConsole: [/_rest\.wasm|ERR_FAILED/] });

  test('the page says so and goes on', async ({ page, photos }, testInfo) => {
    const model = testInfo.outputPath('formula.safetensors');
    await writeFile(model, formulaModel());
    const rests = '**/*_rest.wasm';
    await page.route(rests, (route) => route.abort());
    await open(page);
    await page.locator('input#model-file').setInputFiles(model);
    await expect(page.locator('main')).toContainText('The model was not loaded: the engine stopped');
    (await classify(page, await photos(3))).forEach((answer) => expectAnswer(answer));
    await page.unroute(rests);
    await page.locator('input#model-file').setInputFiles(model);
    await expect(page.locator('#model .value')).toHaveText('formula.safetensors');
  });
});

/** The second halves that engines have loaded. */
async function restsLoaded(page) {
  const engines = page.workers().filter((worker) => /\/engine/.test(worker.url()));
  const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('_rest.wasm'));
  return (await Promise.all(engines.map((engine) => engine.evaluate(loaded)))).flat();
}
