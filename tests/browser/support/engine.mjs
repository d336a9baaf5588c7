// A way into the engine's worker, before its program.

const preludes = new WeakMap();

/** Has the engine's worker run functions before anything else, after those that it was given before. */
export async function beforeEngine(page, ...more) {
  if (preludes.has(page)) {
    preludes.get(page).push(...more);
    return;
  }
  const all = [...more];
  preludes.set(page, all);
  await page.route('**/engine*_loader.js', async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, body: all.map((prelude) => `(${prelude})();`).join('') + (await response.text()) });
  });
}
