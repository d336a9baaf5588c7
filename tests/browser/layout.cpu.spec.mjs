// The page fits a telephone and a desktop, empty and with answers.
import { expect, test } from './support/fixtures.mjs';
import { classify, open } from './support/page.mjs';

for (const [width, height] of [[320, 568], [390, 844], [1280, 800]]) {
  for (const colorScheme of ['light', 'dark']) {
    test(`nothing is cut off at ${width} pixels, ${colorScheme}`, async ({ page, photos }) => {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await open(page);
      await expectNoSidewaysScrolling(page);
      await expectWholeModelCard(page);
      await classify(page, await photos(3));
      await expect(page.locator('[data-photo]').first()).toBeInViewport();
      await expectNoSidewaysScrolling(page);
      await page.screenshot({ path: `results/${width}-${colorScheme}.png`, fullPage: true });
    });
  }
}

test('the first answers come into view, and the top of the page when they are cleared', async ({ page, photos }) => {
  // The page moves at once.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await open(page);
  const files = await photos(2);
  await classify(page, files);
  await expect(page.locator('[data-photo]').last()).toBeInViewport();
  await page.locator('#clear').click();
  await expect.poll(() => page.evaluate(() => scrollY)).toBe(0);
  await classify(page, files);
  await expect(page.locator('[data-photo]').last()).toBeInViewport();
  // Who has gone back to the top stays there.
  await page.evaluate(() => scrollTo(0, 0));
  await classify(page, await photos(3));
  expect(await page.evaluate(() => scrollY)).toBe(0);
});

test('the keyboard stays where it is when the place changes', async ({ page }) => {
  await open(page);
  for (const name of ['Train', 'Look inside', 'Evaluate', 'Classify']) {
    const place = page.getByRole('link', { name, exact: true });
    await place.focus();
    await page.keyboard.press('Enter');
    await expect(place).toHaveAttribute('aria-current', 'page');
    await expect(place).toBeFocused();
    expect(await page.evaluate(() => scrollY)).toBe(0);
  }
});

async function expectWholeModelCard(page) {
  await page.locator('#model summary').click();
  const card = await page.locator('#model').boundingBox();
  const facts = await page.locator('#model dd').evaluateAll((facts) => facts.map((fact) => {
    const { right, width } = fact.getBoundingClientRect();
    return { text: fact.textContent, right, fits: fact.textContent.length > 10 || width > 4 * fact.textContent.length };
  }));
  expect(facts.length).toBeGreaterThan(5);
  for (const { text, right, fits } of facts) {
    expect(right, text).toBeLessThanOrEqual(card.x + card.width + 1);
    expect(fits, `${text} stands in one line`).toBe(true);
  }
  await page.locator('#model summary').click();
}

async function expectNoSidewaysScrolling(page) {
  const { content, window } = await page.evaluate(() => ({
    content: document.documentElement.scrollWidth,
    window: document.documentElement.clientWidth,
  }));
  expect(content, 'the width of the content').toBeLessThanOrEqual(window);
  const bar = await page.locator('.places').boundingBox();
  const last = await page.locator('.places a').last().boundingBox();
  expect(last.x + last.width, 'the right edge of the last place').toBeLessThanOrEqual(bar.x + bar.width);
}
