// Models are held against labelled photos, alone and side by side; they are kept, named, and given away as files.
import { createHash } from 'node:crypto';
import { cp, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { ROOT, alexnet } from './support/command-line.mjs';
import { CLASSES as SHAPES, test } from './support/dataset.mjs';
import { beforeEngine } from './support/engine.mjs';
import { expect } from './support/fixtures.mjs';
import { CLASSES, LOGITS, formulaModel } from './support/formula.mjs';
import { classify, dropSlowFolder, expectAnswer, open } from './support/page.mjs';
import { keptModels } from './support/training.mjs';

const SHIPPED = path.join(ROOT, 'www/models/flowers.safetensors');
const UNREADABLE = 'roses/no photo.jpg';

test('a folder of class folders gives the figures of the command line', async ({ page, dataset }, testInfo) => {
  const folder = await flowers(dataset, testInfo);
  await open(page, '#evaluate');
  await evaluate(page, folder);

  const expected = JSON.parse(await commandLine(folder));
  const verdict = page.locator('[data-evaluated]');
  await expect(verdict).toHaveAttribute('data-count', String(expected.count));
  expect(Number(await verdict.getAttribute('data-accuracy'))).toBeCloseTo(expected.accuracy, 5);
  expect(await confusion(page, expected.classes)).toEqual(expected.confusion);

  // What is no class is named, and so is what is no photo.
  await expect(page.locator('[data-left-out]')).toContainText(`${SHAPES[2]} (12)`);
  await expect(page.locator(`[data-unreadable$="${UNREADABLE}"]`)).toContainText('not a photo');

  // A cell opens its photos.
  const cell = page.locator('#evaluation-confusion button').first();
  const { true: truth, predicted } = await cell.evaluate((button) => ({ ...button.dataset }));
  await cell.click();
  const photos = page.locator('#evaluation-cell [data-answer]');
  await expect(photos).toHaveCount(Number(await cell.textContent()));
  await expect(photos.first()).toHaveAttribute('data-true', truth);
  await expect(photos.first()).toHaveAttribute('data-predicted', predicted);
  await expect.poll(() => photos.first().locator('img').evaluate((image) => image.naturalWidth)).toBeGreaterThan(20);
});

test('two models side by side, and a model without class names is named', async ({ page, dataset }, testInfo) => {
  const folder = await flowers(dataset, testInfo);
  await open(page, '#evaluate');
  // As PyTorch saves it: without the names of its classes.
  const { file } = await load(page, withoutClasses(formulaModel()), testInfo);
  await expect(page.locator('#evaluate-model option:checked')).toHaveText(path.basename(file));
  await page.locator('#evaluate-other').selectOption('shipped');
  await evaluate(page, folder);
  await expect(page.locator('.evaluate')).toContainText('no name in common');

  const model = keptModels(page);
  await model.getByText('Class names').click();
  await model.getByRole('textbox').fill(CLASSES.slice(1).join('\n'));
  await model.locator('[data-action="name-classes"]').click();
  await expect(page.locator('#models [role="alert"]')).toContainText('4 names for 5 outputs');
  await model.getByRole('textbox').fill(CLASSES.join('\n'));
  await model.locator('[data-action="name-classes"]').click();
  await expect(page.locator('[data-agreement]')).toBeVisible();

  const verdicts = page.locator('[data-evaluated]');
  await expect(verdicts).toHaveCount(2);
  const disagreements = page.locator('[data-disagreement]');
  const agreement = Number(await page.locator('[data-agreement]').getAttribute('data-agreement'));
  const counts = await verdicts.evaluateAll((verdicts) => verdicts.map(({ dataset }) => Number(dataset.count)));
  expect(counts).toEqual([24, 24]);
  await page.getByRole('button', { name: 'Show more' }).first().click();
  await expect(disagreements).toHaveCount(Math.round((1 - agreement) * 24));

  // A model is not compared with itself.
  const other = page.locator('#evaluate-other');
  await page.locator('[data-model="shipped"] [data-action="use"]').click();
  await expect(verdicts).toHaveCount(1);
  await expect(other).toHaveValue('');
  await model.locator('[data-action="use"]').click();
  await expect(verdicts).toHaveCount(2);
  await expect(other).toHaveValue('shipped');

  // The names are kept, and photos get them.
  await page.reload();
  await expect(page.locator('body')).toHaveAttribute('data-state', 'ready');
  await model.locator('[data-action="use"]').click();
  await expect(model.locator('[data-in-use]')).toBeVisible();
  const [answer] = await classify(page, [path.join(folder, 'Tulips/0.jpeg')]);
  expectAnswer(answer);
  expect(CLASSES).toContain(answer.label);
});

test('a model is credited with its own answers alone, though another was chosen before they came', async ({ page, dataset }, testInfo) => {
  const folder = await flowers(dataset, testInfo);
  await openBesideSlowModel(page, testInfo);
  await page.locator('#evaluate-model').selectOption(await keptModels(page).getAttribute('data-model'));
  await page.locator('#evaluate-folder').setInputFiles(folder);
  // By then its photos wait for that model, which the engine still reads.
  await page.waitForTimeout(500);
  await page.locator('#evaluate-model').selectOption('shipped');
  await expectEvaluation(page, 'done');
  const expected = JSON.parse(await commandLine(folder));
  expect(await confusion(page, expected.classes)).toEqual(expected.confusion);
});

test('of a model that a stop left unasked nothing is said but that', async ({ page, dataset }, testInfo) => {
  const folder = await flowers(dataset, testInfo);
  await openBesideSlowModel(page, testInfo);
  await page.locator('#evaluate-other').selectOption(await keptModels(page).getAttribute('data-model'));
  await page.locator('#evaluate-folder').setInputFiles(folder);
  // While the engine reads the second one.
  await expect.poll(() => page.locator('#evaluation-progress').evaluate((bar) => bar.value)).toBeGreaterThan(0);
  await page.locator('#stop-evaluation').click();
  await expectEvaluation(page, 'stopped');
  await expect(page.locator('[data-evaluated]').last()).toContainText('answered no photo');
  await expect(page.locator('.evaluate')).not.toContainText('no name in common');
});

test('where the model in use was deleted, the page’s own is evaluated', async ({ page, dataset }, testInfo) => {
  await open(page, '#evaluate');
  await load(page, formulaModel(), testInfo);
  await keptModels(page).getByRole('button', { name: /^Delete/ }).click();
  await keptModels(page).getByRole('button', { name: /^Delete for good/ }).click();
  await expect(page.locator('#evaluate-model option:checked')).toHaveText('flowers.safetensors');
  await evaluate(page, await flowers(dataset, testInfo));
  await expect(page.locator('[data-evaluated]')).toHaveAttribute('data-count', '24');
});

test('while a folder is listed, it is told how many photos were found', async ({ page, photos }) => {
  await open(page, '#evaluate');
  const [photo] = await photos(1);
  const finish = await dropSlowFolder(page, 'photo.jpeg', await readFile(photo));
  const status = page.locator('.evaluate-in [role="status"]');
  await expect(status).toHaveText('1 photo found so far…');
  await expect(status).toBeInViewport();
  await finish();
  await expect(page.locator('body')).toHaveAttribute('data-evaluation', 'done');
  await expect(status).toBeEmpty();
});

test('loose photos show where two models differ', async ({ page, photos }, testInfo) => {
  await open(page, '#evaluate');
  await load(page, formulaModel(), testInfo);
  await page.locator('#evaluate-other').selectOption('shipped');
  await page.locator('#evaluate-photos').setInputFiles(await photos(3));
  await expectEvaluation(page, 'done');
  await expect(page.locator('[data-agreement]')).toContainText('of 3 photos');
  await expect(page.locator('#evaluation-confusion')).toHaveCount(0);
});

test('an export gives the logits that its manifest names, here and after the way back', async ({ page, photos }, testInfo) => {
  const [photo] = await photos(1);
  await open(page);
  await load(page, formulaModel(), testInfo);
  const [before] = await classify(page, [photo]);
  const [weights, classes, manifest] = await downloads(page, keptModels(page).locator('[data-action="download"]'), testInfo);
  expect(JSON.parse(await readFile(classes, 'utf8'))).toEqual({ ...CLASSES });
  const { file, sha256, reference } = JSON.parse(await readFile(manifest, 'utf8'));
  expect(file).toBe(path.basename(weights));
  expect(sha256).toBe(createHash('sha256').update(await readFile(weights)).digest('hex'));
  reference.logits.forEach((logit, index) => expect(Math.abs(logit - LOGITS[index])).toBeLessThan(1e-3));

  // All that was saved can be given back. The file is another one than the first, and so is a model of its own; its answers are
  // the same.
  await page.locator('input#model-file').setInputFiles([weights, classes, manifest]);
  await expect(keptModels(page)).toHaveCount(2);
  await expect(keptModels(page).first().locator('[data-in-use]')).toBeVisible();
  expect((await classify(page, [photo]))[0]).toEqual(before);

  const [half] = await downloads(page, keptModels(page).first().locator('[data-action="download-f16"]'), testInfo);
  expect((await readFile(half)).length).toBeLessThan(0.51 * (await readFile(weights)).length);
});

test('a model that is brought again is not kept twice', async ({ page }, testInfo) => {
  await open(page);
  await load(page, formulaModel(), testInfo);
  await keptModels(page).getByRole('button', { name: /^Rename/ }).click();
  await keptModels(page).getByRole('textbox', { name: /^New name/ }).fill('mine');
  await page.keyboard.press('Enter');
  await page.locator('[data-model="shipped"] [data-action="use"]').click();
  await expect(page.locator('[data-model="shipped"] [data-in-use]')).toBeVisible();
  await load(page, formulaModel(), testInfo);
  await expect(keptModels(page)).toHaveCount(1);
  await expect(page.locator('#model .value')).toHaveText('mine');
});

test.describe('a model in the address', () => {
  test.use({ expectedConsole: [/404/] });

  test('is loaded at the start, if it is of the same site and a model', async ({ page, baseURL }) => {
    await page.route('**/given/model.safetensors', (route) => route.fulfill({ body: formulaModel() }));
    await open(page, '?model=given/model.safetensors');
    await expect(page.locator('#model .value')).toHaveText('model.safetensors');

    const refusals = {
      'https://elsewhere.test/model.safetensors': /another site/,
      'given/missing.pth': /404/,
      'index.html': /neither a .safetensors file nor/,
      'http://[': /no URL/,
    };
    for (const [asked, message] of Object.entries(refusals)) {
      await open(page, `?model=${encodeURIComponent(asked)}`);
      await expect(page.locator('#model [role="alert"]')).toContainText(message);
      await expect(page.locator('#model .value')).toHaveText(/flowers/);
    }
    expect(new URL(page.url()).origin).toBe(new URL(baseURL).origin);
  });
});

// Runs in the engine's worker: large files, such as models, take their time.
function withSlowFiles() {
  const { arrayBuffer } = Blob.prototype;
  Blob.prototype.arrayBuffer = async function () {
    if (this.size > 1_000_000) await new Promise((resolve) => setTimeout(resolve, 2_000));
    return arrayBuffer.call(this);
  };
}

/** Opens the page with the shipped model in use, beside one that the engine takes a while to read. */
async function openBesideSlowModel(page, testInfo) {
  await beforeEngine(page, withSlowFiles);
  await open(page, '#evaluate');
  await load(page, formulaModel(), testInfo);
  await page.locator('[data-model="shipped"] [data-action="use"]').click();
  await expect(page.locator('#evaluate-model')).toHaveValue('shipped');
}

/** A folder of two flowers' names (one in capitals), one of something else, and a file that is no photo. */
async function flowers(dataset, testInfo) {
  const folder = testInfo.outputPath('flowers');
  await cp(dataset, folder, { recursive: true });
  await rename(path.join(folder, SHAPES[0]), path.join(folder, 'roses'));
  await rename(path.join(folder, SHAPES[1]), path.join(folder, 'Tulips'));
  await writeFile(path.join(folder, UNREADABLE), 'this is no photo\n');
  return folder;
}

/** The command line's figures; it wants the folders to be the classes. */
async function commandLine(folder) {
  const strict = `${folder}-strict`;
  await mkdir(strict);
  await cp(path.join(folder, 'roses'), path.join(strict, 'roses'), { recursive: true, filter: (file) => !file.endsWith(UNREADABLE) });
  await cp(path.join(folder, 'Tulips'), path.join(strict, 'tulips'), { recursive: true });
  return alexnet('evaluate', SHIPPED, strict, '--json');
}

async function evaluate(page, folder) {
  await page.locator('#evaluate-folder').setInputFiles(folder);
  await expectEvaluation(page, 'done');
}

function expectEvaluation(page, state) {
  return expect(page.locator('body')).toHaveAttribute('data-evaluation', state);
}

/** The confusion matrix that the page shows. */
async function confusion(page, classes) {
  const cells = await page.locator('#evaluation-confusion button').evaluateAll((buttons) =>
    buttons.map(({ dataset, textContent }) => ({ ...dataset, count: Number(textContent) })),
  );
  const count = (truth, predicted) =>
    cells.find((cell) => cell.true === truth && cell.predicted === predicted)?.count ?? 0;
  return classes.map((truth) => classes.map((predicted) => count(truth, predicted)));
}

/** Loads a model and waits until it is in use. */
async function load(page, bytes, testInfo) {
  const file = testInfo.outputPath('model.safetensors');
  await writeFile(file, bytes);
  await page.locator('input#model-file').setInputFiles(file);
  await expect(keptModels(page).locator('[data-in-use]')).toBeVisible();
  return { file };
}

/** A .safetensors file without what its header says of the classes. */
function withoutClasses(bytes) {
  const length = Number(bytes.readBigUInt64LE());
  const { __metadata__, ...tensors } = JSON.parse(bytes.subarray(8, 8 + length));
  const header = Buffer.from(JSON.stringify(tensors).padEnd(length, ' '));
  return Buffer.concat([bytes.subarray(0, 8), header, bytes.subarray(8 + length)]);
}

/** Clicks on a button that saves three files, and gives their paths. */
async function downloads(page, button, testInfo) {
  const files = [];
  const take = (file) => files.push(file);
  page.on('download', take);
  await button.click();
  await expect.poll(() => files.length).toBe(3);
  page.off('download', take);
  return Promise.all(
    files.map(async (file) => {
      const target = testInfo.outputPath(file.suggestedFilename());
      await file.saveAs(target);
      return target;
    }),
  );
}
