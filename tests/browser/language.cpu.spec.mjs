// The page in Chinese and in English: by the browser's language, by the switch and by the address.
import { CLASSES, test } from './support/dataset.mjs';
import { expect } from './support/fixtures.mjs';
import { badModels, badPhotos } from './support/hostile.mjs';
import { classify, open, photo } from './support/page.mjs';
import { choose, expectTraining, finish, start } from './support/training.mjs';

/** What two words in a row may be in Chinese too: names, and terms beside their translation. */
const NAMES = [...CLASSES, 'batch size', 'dropout, fc'];

test.describe('in a Chinese browser', () => {
  test.use({ locale: 'zh-CN' });

  test('every place is in Chinese', async ({ page, photos, dataset }) => {
    const files = await photos(2);
    const text = (await badPhotos(files[0])).find(({ name }) => name === 'text.jpg');
    await open(page);
    await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
    await expect(page).toHaveTitle('浏览器里的 AlexNet');
    await classify(page, files);
    await classify(page, [text]);
    await expect(photo(page, text)).toHaveAttribute('data-error', /不是已知格式/);
    await photo(page, files[0]).locator('summary').click();
    await page.locator('#model summary').click();
    await expectNoEnglish(page);

    await photo(page, files[0]).locator('.look-inside').click();
    await expect(page.locator('body')).toHaveAttribute('data-inside', 'done');
    await expectNoEnglish(page);

    await page.locator('.places a[href="#evaluate"]').click();
    await page.locator('input#evaluate-folder').setInputFiles(dataset);
    await expect(page.locator('body')).toHaveAttribute('data-evaluation', 'done');
    await expectNoEnglish(page);

    await page.locator('.places a[href="#train"]').click();
    await choose(page, dataset);
    await page.locator('#epochs').fill('many');
    await expectNoEnglish(page);
    await start(page, { mode: 'head', epochs: 2 });
    await finish(page);
    await expectNoEnglish(page);
  });

  test('the address asks for English', async ({ page }) => {
    await open(page, '?lang=en');
    await expect(page.locator('html')).toHaveAttribute('lang', 'en');
    await expect(page.locator('h1:visible')).toHaveText('Your photos never leave this computer');
  });
});

test('the switch goes both ways, loses nothing and is remembered', async ({ page, photos, dataset }) => {
  const files = await photos(2);
  await open(page);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  const answers = await classify(page, files);
  const bad = await badPhotos(files[0]);
  const [text, svg] = ['text.jpg', 'drawing.svg'].map((wanted) => bad.find(({ name }) => name === wanted));
  await classify(page, [svg]);
  await expect(photo(page, svg)).toHaveAttribute('data-error', /an SVG is a drawing/);
  const [, otherNetwork] = badModels();
  await page.locator('input#model-file').setInputFiles(otherNetwork);
  await expect(page.locator('#model')).toContainText('a model of another network');
  const chinese = page.getByRole('button', { name: '中文' });
  const english = page.getByRole('button', { name: 'English' });

  await chinese.focus();
  await page.keyboard.press('Enter');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await expect(chinese).toHaveAttribute('aria-pressed', 'true');
  await expect(chinese).toBeFocused();
  // Neither in what was said before: why it is not the GPU, what is wrong with a photo and a model.
  await expectNoEnglish(page);
  await expect(photo(page, svg)).toHaveAttribute('data-error', /SVG 是矢量图/);
  await expect(page.locator('#model')).toContainText('其他网络的模型');
  for (const [index, file] of files.entries()) {
    await expect(photo(page, file)).toHaveAttribute('data-label', answers[index].label);
  }
  await classify(page, [text]);
  await expect(photo(page, text)).toHaveAttribute('data-error', /不是已知格式/);

  await page.reload();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');

  // In the middle of a run.
  await page.locator('.places a[href="#train"]').click();
  await choose(page, dataset);
  await page.locator('#mode').selectOption('full');
  await page.locator('#epochs').fill('2');
  await page.locator('#start-training').click();
  await expect(page.locator('[data-epoch="1"]')).toBeAttached();
  await english.click();
  await expect(page.locator('h1:visible')).toHaveText('Teach it your own classes');
  await expectTraining(page, 'running');
  await expect(page.locator('[data-epoch="1"]')).toBeAttached();
  expect(await finish(page)).toHaveLength(2);
  await expect(page.locator('#result')).toContainText('is the best');
});

test('an address that asks for a language holds until the visitor chooses another', async ({ page }) => {
  await open(page, '?lang=zh');
  await expect(page.locator('html')).toHaveAttribute('lang', 'zh-CN');
  await page.getByRole('button', { name: 'English' }).click();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
  await page.reload();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

/** Expects that nothing on the page is in English, neither what is seen nor what is read aloud. */
async function expectNoEnglish(page) {
  const spoken = await page.evaluate(() => {
    const attributes = ['aria-label', 'alt', 'title', 'placeholder'];
    const elements = [...document.querySelectorAll('body *')].filter((element) => element.checkVisibility());
    const labels = elements.flatMap((element) => attributes.map((name) => element.getAttribute(name) ?? ''));
    return [document.body.innerText, ...labels].join('\n');
  });
  const text = NAMES.reduce((text, name) => text.replaceAll(name, ''), spoken);
  expect(text.match(/[A-Za-z]{2,}(?:[ ,:]+[A-Za-z]{2,})+/g) ?? []).toEqual([]);
  expect(text, 'a text that is missing').not.toMatch(/\b(?:en|zh-CN)\.\w+\.\w+/);
}
