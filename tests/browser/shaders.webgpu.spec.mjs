// Shaders come with the page, so that first answers need not make them: src/layers/gpu/shaders.rs.
import { readFile } from 'node:fs/promises';

import { beforeEngine } from './support/engine.mjs';
import { expect, test } from './support/fixtures.mjs';
import { madeShaders, makeShaders } from './support/shaders.mjs';

const KEPT = new URL('../../xtask/first_answers/shaders.json', import.meta.url);

test('the shaders that come with the page are those that its kernels make (else: cargo xtask first-answers)', async ({ page }) => {
  await beforeEngine(page, makeShaders);
  await page.goto('./?bench');
  const made = await madeShaders(page);
  expect(Object.keys(made).length).toBeGreaterThan(0);
  expect(codes(made)).toEqual(codes(JSON.parse(await readFile(KEPT, 'utf8'))));
});

/** The code of each kernel, whose function has another hash in its name with each build. */
function codes(shaders) {
  return Object.fromEntries(Object.entries(shaders).map(([kernel, { entry, code }]) => [kernel, code.replaceAll(entry, 'main')]));
}
