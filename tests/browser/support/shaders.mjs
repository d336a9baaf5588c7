// Shaders of the engine's kernels, which CubeCL makes from src/layers/gpu and others, and the page's build has ready for what
// first answers need (src/layers/gpu/shaders.rs).

/** Runs in the worker before the engine: has CubeCL make all shaders, and keeps those that could have been ready. */
export function makeShaders() {
  if (!self.GPUDevice) return;
  self.shaders = {};
  let kernel;
  const find = (name) => void (kernel = name);
  Object.defineProperty(self, 'findShader', { get: () => find, set() {} });
  const create = GPUDevice.prototype.createShaderModule;
  GPUDevice.prototype.createShaderModule = function (module) {
    if (kernel) self.shaders[kernel] = { entry: module.label, code: module.code };
    kernel = undefined;
    return create.call(this, module);
  };
}

/** The shaders that the engine has made since then, for photos one by one and for several at once: `{ kernel: { entry, code } }`. */
export async function madeShaders(page) {
  for (const count of [1, 2, 8]) await infer(page, count);
  const engine = page.workers().find((worker) => /\/engine-/.test(worker.url()));
  return engine.evaluate(() => self.shaders);
}

/** Has the network run with so many pictures, on a page with `?bench`. */
async function infer(page, count) {
  const body = page.locator('body[data-bench^="{"]');
  await body.waitFor({ timeout: 120_000 });
  await page.evaluate((detail) => document.dispatchEvent(new CustomEvent('bench', { detail })), `infer-${count}`);
  await body.waitFor({ timeout: 120_000 });
}
