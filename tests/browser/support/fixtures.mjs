// The `test` that all specs use: any error in the page or its workers fails it.
import { test as base, expect } from '@playwright/test';

import { observeGpu } from './gpu.mjs';
import { drawPhotos } from './photos.mjs';

export { expect };

/** @type {import('@playwright/test').TestType} */
export const test = base.extend({
  // What a test provokes on purpose: `test.use({ expectedConsole: [/lost/] })`.
  expectedConsole: [[], { option: true }],

  // Errors on the console, uncaught exceptions and WebGPU's validation messages, of the page and of its workers;
  // and requests to anyone but our own host, or that send anything.
  clean: [
    async ({ page, baseURL, expectedConsole }, use) => {
      const problems = [];
      const report = (kind, text) => {
        if (!expectedConsole.some((expected) => expected.test(text))) problems.push(`${kind}: ${text}`);
      };
      page.on('console', (message) => {
        const text = message.text();
        const gpu = message.type() === 'warning' && /WebGPU|WGSL|Invalid|While calling/.test(text);
        if (message.type() === 'error' || gpu) report(`console ${message.type()}`, text);
      });
      await observeGpu(page);
      page.on('pageerror', (error) => report('uncaught', error.stack || String(error)));
      page.on('crash', () => report('crash', 'the page crashed'));
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        const own = ['data:', 'blob:'].includes(protocol) || origin === new URL(baseURL).origin;
        if (!own || request.method() !== 'GET') report('request', `${request.method()} ${request.url()}`);
      });
      await use();
      expect(problems, 'errors in the page or its workers').toEqual([]);
    },
    { auto: true },
  ],

  // `await photos(3)`: the paths of that many different photos: photo-0.jpeg, photo-1.png, photo-2.webp and so on.
  photos: [
    async ({ browser }, use, workerInfo) => {
      const folder = workerInfo.project.outputDir.replace(/failures$/, 'photos');
      const paths = [];
      await use(async (count) => {
        if (count > paths.length) paths.push(...(await drawPhotos(browser, folder, paths.length, count)));
        return paths.slice(0, count);
      });
    },
    { scope: 'worker' },
  ],
});
