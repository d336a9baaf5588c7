// Starts a worker's program. Its halves are asked for at once: neither waits for the other.

const program = fetch(new URL('./WORKER_bg.wasm', import.meta.url));
// Who waits for it is told.
program.catch(() => {});
const { default: start } = await import('./WORKER.js');
await start({ module_or_path: program });
