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

/** The second halves that engines have loaded. */
async function restsLoaded(page) {
  const engines = page.workers().filter((worker) => /\/engine/.test(worker.url()));
  const loaded = () => performance.getEntriesByType('resource').map(({ name }) => name).filter((name) => name.endsWith('_rest.wasm'));
  return (await Promise.all(engines.map((engine) => engine.evaluate(loaded)))).flat();
}
