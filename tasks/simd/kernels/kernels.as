// Operations of Ehrloom's own for wasm, in AssemblyScript. `deno task simd` compiles them into
// lib/nn/wasm_code.ts. Tensors are addresses of their float32 numbers in the memory of tfjs's backend.

export { attention, attentionBlock, attentionGradient } from "./attention";
export { columnSums, gelu, geluGradient, offRow } from "./elements";
export { layerNorm, layerNormGradient } from "./layer_norm";
export { product, productScratch } from "./product";
