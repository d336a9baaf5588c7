// The command line, to compare the page with.
import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

export const ROOT = path.resolve(fileURLToPath(import.meta.url), '../../../..');

/** Runs the command line and gives what it says on standard output. */
export async function alexnet(...args) {
  const command = ['run', '--quiet', '--release', '--bin', 'alexnet', '--', ...args.map(String)];
  const { stdout } = await promisify(execFile)('cargo', command, { cwd: ROOT });
  return stdout;
}
