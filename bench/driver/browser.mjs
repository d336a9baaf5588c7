// Chromium, once for each contender and visit, so that no contender meets what another has left.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { chromium } from 'playwright-core';

const EVERYWHERE = [
  '--no-sandbox',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--enable-unsafe-webgpu',
  '--disable-gpu-watchdog',
];
/** Ways to a WebGPU adapter, the best first. */
const ADAPTERS = [
  {
    name: 'hardware',
    software: false,
    // Linux without a screen gets at its GPU through Vulkan; elsewhere the browser finds it by itself.
    args: process.platform === 'linux'
      ? ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface', '--ignore-gpu-blocklist']
      : ['--ignore-gpu-blocklist'],
  },
  { name: 'SwiftShader', software: true, args: ['--use-webgpu-adapter=swiftshader'] },
];
/** How long a browser may take to find an adapter, in milliseconds. */
const PATIENCE = 20_000;
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|basic render/i;

/** A browser with an empty profile. */
export class Browser {
  static async launch({ executable, args }) {
    const profile = await mkdtemp(path.join(tmpdir(), 'alexnet-bench-'));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: executable,
      args: [...EVERYWHERE, ...args],
    });
    // What takes long on a slow machine has its own limit.
    context.setDefaultTimeout(0);
    return new Browser(context, profile);
  }

  constructor(context, profile) {
    this.context = context;
    this.profile = profile;
  }

  get version() {
    return this.context.browser().version();
  }

  newPage() {
    return this.context.newPage();
  }

  /** The browser's processes: `[{ id, type }]`, where type is `browser`, `renderer`, `GPU` and so on. */
  async processes() {
    const session = await this.context.browser().newBrowserCDPSession();
    const { processInfo } = await session.send('SystemInfo.getProcessInfo');
    await session.detach();
    return processInfo;
  }

  /** Ends the browser; of one that has died, what remains is cleared away. */
  async close() {
    // Whoever was at work with it has been told already, and that error is not to be replaced by this one.
    await this.context.close().catch((error) => console.log(`    the browser did not end well: ${error.message}`));
    await rm(this.profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/**
 * Which adapter WebGPU has here: `{ name, software, args, description }`; `args` are the browser's for it. Software is
 * taken where there is no hardware.
 */
export async function findAdapter(executable, url) {
  for (const way of ADAPTERS) {
    const browser = await Browser.launch({ executable, args: way.args });
    try {
      const page = await browser.newPage();
      await page.goto(url);
      // A driver that does not work may end the browser, or say nothing for ever.
      const found = await Promise.race([page.evaluate(describeAdapter), sleep(PATIENCE, null)]).catch(() => null);
      const software = found && (found.isFallbackAdapter || SOFTWARE.test(Object.values(found).join(' ')));
      if (found && Boolean(software) === way.software) return { ...way, description: found };
    } finally {
      await browser.close();
    }
  }
  return { name: 'none', software: true, args: [], description: null };
}

// Runs in the page.
async function describeAdapter() {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) return null;
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter.info;
  return { vendor, architecture, device, description, isFallbackAdapter, features: [...adapter.features].sort() };
}
