// For `cargo xtask first-answers`: has the page classify a few photos on each device and prints which functions of the
// engines were called, as lines of an engine's name and a function's number. The shaders go into the file SHADERS.
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { chromium } from '@playwright/test';

import config from './playwright.config.mjs';
import { beforeEngine } from './support/engine.mjs';
import { drawPhotos } from './support/photos.mjs';
import { madeShaders, makeShaders } from './support/shaders.mjs';

const called = new Set();
for (const { name, use } of config.projects) {
  const browser = await chromium.launch(use.launchOptions);
  const photos = await drawPhotos(browser, path.join(os.tmpdir(), 'alexnet-first-answers'), 0, 40);
  let shaders = {};
  if (name === 'webgpu') {
    shaders = await shadersOf(await browser.newPage());
    await writeFile(process.env.SHADERS, `${JSON.stringify(shaders, null, 1)}\n`);
  }
  for (const query of ['', '?device=cpu']) await classify(await browser.newPage(), query, photos, shaders);
  await browser.close();
}
for (const line of called) console.log(line);

async function shadersOf(page) {
  await beforeEngine(page, makeShaders);
  await page.goto(`${process.env.PAGE_URL}?bench`);
  const shaders = await madeShaders(page);
  await page.close();
  return shaders;
}

async function classify(page, query, photos, shaders) {
  // Functions are called as where the shaders are ready.
  await beforeEngine(page, `() => {
    // With enough processors for a helper.
    Object.defineProperty(navigator, 'hardwareConcurrency', { value: 4 });
    const shaders = ${JSON.stringify(shaders)};
    self.findShader = (kernel) => shaders[kernel];
  }`);
  await page.goto(process.env.PAGE_URL + query);
  await page.locator('body[data-state="ready"]').waitFor({ timeout: 120_000 });
  let answers = 0;
  // One alone, and as many at once as have helpers come on the CPU, and memory given back on a GPU.
  for (const files of [photos.slice(0, 1), photos]) {
    answers += files.length;
    await page.locator('input#photos').setInputFiles(files);
    // Helpers are gone once all is answered.
    do await note(page);
    while ((await page.locator('[data-photo][data-label]').count()) < answers);
    await note(page);
  }
  await page.close();
}

async function note(page) {
  for (const worker of page.workers()) {
    const engine = /\/(engine|engine_cpu)-[0-9a-f]+_loader\.js/.exec(worker.url())?.[1];
    const numbers = engine ? await worker.evaluate(() => [...(globalThis.called ?? [])]).catch(() => []) : [];
    for (const number of numbers) called.add(`${engine} ${number}`);
  }
}
