// The engine's GPU: tests are not told what goes wrong on it, and need its device to lose it.
import { beforeEngine } from './engine.mjs';

/** Has the engine report every WebGPU error on the console, and keep its device for `loseDevice`. */
export async function observeGpu(page) {
  await beforeEngine(page, prelude);
}

/** Takes the GPU away from the engine. */
export async function loseDevice(page) {
  const engine = page.workers().find((worker) => /engine/.test(worker.url()));
  await engine.evaluate(() => self.keptDevice.destroy());
}

/** Has the engine's GPU compute nothing from now on, without a word. */
export async function haltDevice(page) {
  const engine = page.workers().find((worker) => /engine/.test(worker.url()));
  await engine.evaluate(() => {
    GPUComputePassEncoder.prototype.dispatchWorkgroups = () => {};
    GPUComputePassEncoder.prototype.dispatchWorkgroupsIndirect = () => {};
  });
}

// Runs in the worker, before the engine.
function prelude() {
  if (!self.GPUAdapter) return;
  const report = (error) => error && console.error(`WebGPU: ${error.message}`);

  const { requestDevice } = GPUAdapter.prototype;
  GPUAdapter.prototype.requestDevice = async function (...wishes) {
    self.keptDevice = await requestDevice.apply(this, wishes);
    self.keptDevice.addEventListener('uncapturederror', ({ error }) => report(error));
    return self.keptDevice;
  };

  const { popErrorScope } = GPUDevice.prototype;
  GPUDevice.prototype.popErrorScope = async function () {
    const error = await popErrorScope.call(this);
    report(error);
    return error;
  };
}
