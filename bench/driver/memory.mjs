// Memory: the most that a page's process and the browser's GPU process ever held (VmHWM). That counts wasm memory,
// workers and, with a software adapter, what stands for the GPU's memory. It works for every page, and needs no special
// headers as `performance.measureUserAgentSpecificMemory` does. Only Linux tells.
import { readFile } from 'node:fs/promises';

/** Millions of bytes, or `{ missing: why }`. The page's is the largest of the renderers; the others show nothing. */
export async function peakMemory(browser) {
  if (process.platform !== 'linux') return { missing: 'peak memory is read from /proc, which only Linux has' };
  const processes = await browser.processes();
  const peaks = (wanted) => (
    Promise.all(processes.filter(({ type }) => type === wanted).map(({ id }) => peak(id)))
  );
  const page = Math.max(...(await peaks('renderer')));
  const gpu = Math.max(0, ...(await peaks('GPU')));
  return { megabytes: page + gpu };
}

async function peak(id) {
  const status = await readFile(`/proc/${id}/status`, 'utf8');
  return (Number(status.match(/^VmHWM:\s*(\d+) kB$/m)[1]) * 1024) / 1e6;
}
