// The page checks its GPU against its CPU, and shows the figures; with the formula network they are PyTorch's.
import { writeFile } from 'node:fs/promises';

import { expect, test } from './support/fixtures.mjs';
import { LOGITS, formulaModel } from './support/formula.mjs';
import { open } from './support/page.mjs';

const TOLERANCE = 1e-3;

test('the shipped model passes the self-test', async ({ page }) => {
  await open(page);
  const { difference, webgpu, cpu } = await selfTest(page);
  expect(difference).toBeLessThanOrEqual(TOLERANCE);
  // But for the page's rounding.
  expect(largestDifference(webgpu, cpu)).toBeCloseTo(difference, 6);
});

test('the formula network gives the logits of PyTorch on both devices', async ({ page }, testInfo) => {
  const file = testInfo.outputPath('formula.safetensors');
  await writeFile(file, formulaModel());
  await open(page);
  await loadFormula(page, file);
});

test('a file that tells the logits of other weights is held against the CPU', async ({ page }, testInfo) => {
  const file = testInfo.outputPath('formula.safetensors');
  const others = JSON.stringify(Array(3).fill([1, 2, 3, 4, 5]).flat());
  await writeFile(file, formulaModel(undefined, { reference_logits: others }));
  await open(page);
  await loadFormula(page, file);
  await expect(page.locator('body')).toHaveAttribute('data-device', 'webgpu');
});

/** Loads the formula network and looks at its self-test. */
async function loadFormula(page, file) {
  await page.locator('input#model-file').setInputFiles(file);
  await expect.poll(async () => largestDifference((await selfTest(page)).cpu, LOGITS)).toBeLessThan(TOLERANCE);
  const { difference, webgpu } = await selfTest(page);
  expect(difference).toBeLessThanOrEqual(TOLERANCE);
  expect(largestDifference(webgpu, LOGITS)).toBeLessThan(2 * TOLERANCE);
}

async function selfTest(page) {
  const device = page.locator('#device');
  await expect(device).toHaveAttribute('data-self-test-difference', /./);
  const { selfTestDifference, webgpuLogits, cpuLogits } = await device.evaluate((element) => ({ ...element.dataset }));
  return { difference: Number(selfTestDifference), webgpu: JSON.parse(webgpuLogits), cpu: JSON.parse(cpuLogits) };
}

function largestDifference(some, others) {
  expect(some).toHaveLength(others.length);
  return Math.max(...some.map((value, index) => Math.abs(value - others[index])));
}
