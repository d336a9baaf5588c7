/** Begins to find weights: all of them in the browser's cache, or else what the server says and sends. */
async function find(url) {
    const kept = await self.caches?.match(url).then((found) => found?.arrayBuffer()).catch(() => undefined);
    if (kept) return { kept };
    const weights = { response: await fetch(url), received: 0 };
    weights.parts = receive(weights);
    // Who waits for them is told.
    weights.parts.catch(() => {});
    return weights;
}

async function receive(weights) {
    const parts = [];
    const reader = weights.response.body.getReader();
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return parts;
        parts.push(value);
        weights.received += value.length;
    }
}

// index.html, which starts the first engine, names it after the weights that it will be asked for, and the decoder.
const [model, decoder] = self.name.split(' ');
let early = decoder && find(model);
early?.catch(() => {});

/** The weights at this URL, for src/web/engine/download.rs. */
self.findWeights = (url) => {
    const found = url === model ? early : null;
    early = null;
    return found || find(url);
};

