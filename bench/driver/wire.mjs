// Bytes over the wire: what a page loads until its first answer, as a good static host sends it.
import { createHash } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants } from 'node:zlib';

const WEIGHTS = /\.safetensors$/;

/** Adds up the files behind the contenders' URLs; `kept` is a folder for sizes, since the best quality takes long. */
export async function measureWire(urls, setting, kept, results) {
  await mkdir(kept, { recursive: true });
  const names = new Set([...urls.values()].flatMap((asked) => namesOf(asked, setting.site)));
  // All at once, on as many cores as there are.
  const sizes = new Map(await Promise.all(
    [...names].map(async (name) => [name, await brotliSize(path.join(setting.folder, name), kept)]),
  ));
  for (const [contender, asked] of urls) {
    const bytes = { code: 0, weights: 0 };
    for (const name of namesOf(asked, setting.site)) bytes[WEIGHTS.test(name) ? 'weights' : 'code'] += sizes.get(name);
    for (const [measure, size] of Object.entries(bytes)) results.add(measure, contender, size / 1000);
  }
}

/** The files that URLs of our server mean, each once. */
function namesOf(urls, site) {
  const names = urls.filter((url) => url.startsWith(site)).map((url) => {
    const name = url.slice(site.length).split(/[?#]/)[0];
    return name === '' || name.endsWith('/') ? `${name}index.html` : name;
  });
  return [...new Set(names)];
}

async function brotliSize(file, kept) {
  const content = await readFile(file);
  const note = path.join(kept, createHash('sha256').update(content).digest('hex'));
  if (await stat(note).catch(() => null)) return Number(await readFile(note, 'utf8'));
  const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY };
  const { length } = await promisify(brotliCompress)(content, { params });
  await writeFile(note, String(length));
  return length;
}
