
/** Loads the rest of the program (xtask/src/split.rs); the function of it that was called waits for that. */
function loadRest() {
    const url = new URL('ENGINE_rest.wasm', import.meta.url);
    const request = new XMLHttpRequest();
    request.open('GET', url, false);
    request.responseType = 'arraybuffer';
    try {
        request.send();
    } catch {
        // Without an answer the status is 0.
    }
    if (request.status !== 200) throw new Error(`cannot load ${url}; reload the page`);
    new WebAssembly.Instance(new WebAssembly.Module(request.response), { first: wasm });
}
