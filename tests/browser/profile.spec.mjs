// `?profile` shows where the time of the network goes.
import { expect, test } from './support/fixtures.mjs';
import { open } from './support/page.mjs';

test('the address asks for the time of each part, for one photo and for several', async ({ page }) => {
  await open(page, '?profile');
  const rows = page.locator('#profile tbody tr');
  await expect(rows.first().locator('td')).toHaveCount(2);
  const times = new Map(await rows.evaluateAll((rows) => rows.map(({ cells: [part, ...times] }) => (
    [part.innerText, times.map((time) => Number(time.innerText))]
  ))));
  for (const part of ['features.0', 'features.3', 'classifier', 'training.forward', 'training.backward', 'training.adam']) {
    const [one, several] = times.get(part);
    expect(one, part).toBeGreaterThan(0);
    expect(several, part).toBeGreaterThan(0);
  }
  // Eight photos take several times as long to learn from as one.
  const [one, eight] = times.get('training.backward');
  expect(eight).toBeGreaterThan(one);
});

test('otherwise nothing is measured', async ({ page }) => {
  await open(page);
  await expect(page.locator('#device')).toBeVisible();
  await expect(page.locator('#profile')).toHaveCount(0);
});
