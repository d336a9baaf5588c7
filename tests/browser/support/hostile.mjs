// Files that a visitor may drop by mistake or out of malice.
import { readFile } from 'node:fs/promises';

import { safetensors } from './formula.mjs';

/** Files that are no photos, as Playwright's `{ name, mimeType, buffer }`; `jpeg` is the path of a good photo. */
export async function badPhotos(jpeg) {
  const good = await readFile(jpeg);
  return [
    file('empty.jpg', 'image/jpeg', ''),
    file('text.jpg', 'image/jpeg', 'this is no photo\n'.repeat(40)),
    file('truncated.jpg', 'image/jpeg', good.subarray(0, 400)),
    file('huge.png', 'image/png', hugePng()),
    file('drawing.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>'),
  ];
}

/** Files that are no model of ours. */
export function badModels() {
  const other = [{ name: 'fc.weight', shape: [2, 2], values: new Float32Array(4) }];
  return [
    file('empty.safetensors', '', ''),
    file('another-network.safetensors', '', safetensors(other)),
    file('endless-header.safetensors', '', Buffer.alloc(64, 0xff)),
    file('hostile-pickle.pth', '', HOSTILE_PICKLE),
    file('hostile-archive.pth', '', zip('archive/data.pkl', HOSTILE_PICKLE)),
  ];
}

// `os.system("exit")`, in the form in which pickle calls functions.
const HOSTILE_PICKLE = Buffer.from('\x80\x02cos\nsystem\nX\x04\0\0\0exit\x85R.', 'latin1');

function file(name, mimeType, content) {
  return { name, mimeType, buffer: Buffer.from(content) };
}

// A PNG of a few bytes that claims 60,000 x 60,000 pixels.
function hugePng() {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(60_000, 0);
  header.writeUInt32BE(60_000, 4);
  header.set([8, 2], 8);
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data]);
    return Buffer.concat([uint32('BE', data.length), body, uint32('BE', crc32(body))]);
  };
  const pixels = Buffer.from([0x78, 0x9c, 0x63, 0, 0, 0, 1, 0, 1]);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', pixels), chunk('IEND', Buffer.alloc(0))]);
}

// A zip archive of one file, not compressed.
function zip(name, content) {
  const fields = Buffer.concat([
    Buffer.from([20, 0, 0, 0, 0, 0, 0, 0, 0, 0]), // version, flags, method, time, date
    uint32('LE', crc32(content)),
    uint32('LE', content.length),
    uint32('LE', content.length),
    Buffer.from([name.length, 0, 0, 0]), // lengths of the name and of extra fields
  ]);
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), fields, Buffer.from(name), content]);
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\0'), fields, Buffer.alloc(14), Buffer.from(name)]);
  const end = Buffer.concat([
    Buffer.from('PK\x05\x06\0\0\0\0\x01\0\x01\0'),
    uint32('LE', central.length),
    uint32('LE', local.length),
    Buffer.alloc(2),
  ]);
  return Buffer.concat([local, central, end]);
}

function uint32(endian, value) {
  const bytes = Buffer.alloc(4);
  bytes[`writeUInt32${endian}`](value);
  return bytes;
}

function crc32(bytes) {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}
