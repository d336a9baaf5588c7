
const shaders = SHADERS;

/** The shader of a kernel, for src/web/engine/shaders.rs. */
self.findShader = (kernel) => shaders[kernel];
