// `cargo xtask test` serves the page and runs these tests. By hand: `cargo xtask serve` in one terminal, and
// `CHROMIUM=/path/to/chromium npx playwright test` in this folder in another.
import { defineConfig } from '@playwright/test';

const everywhere = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
];
// WebGPU emulated on the CPU, the same on every machine.
const swiftshader = ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--disable-gpu-watchdog'];
// `navigator.gpu` is there and gives no adapter.
const noAdapter = ['--disable-gpu'];

const browser = (args) => ({
  launchOptions: { executablePath: process.env.CHROMIUM, args: [...everywhere, ...args] },
});

export default defineConfig({
  testMatch: '*.spec.mjs',
  outputDir: 'results/failures',
  // One test at a time: each keeps all cores busy.
  workers: 1,
  retries: 0,
  timeout: 180_000,
  expect: { timeout: 90_000 },
  reporter: 'list',
  use: {
    baseURL: process.env.PAGE_URL ?? 'http://127.0.0.1:8080/',
    actionTimeout: 30_000,
    screenshot: 'only-on-failure',
  },
  // Specs of one device alone say so in their names.
  projects: [
    { name: 'cpu', testIgnore: '*.webgpu.spec.mjs', use: browser(noAdapter) },
    { name: 'webgpu', testIgnore: '*.cpu.spec.mjs', use: browser(swiftshader) },
  ],
});
