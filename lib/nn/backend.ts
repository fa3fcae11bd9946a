/**
 * The engine that computes: TensorFlow, WebGPU, WebAssembly or plain JavaScript, chosen once at start.
 *
 * Model code uses tfjs-core's functions only; an engine is loaded when it is chosen, not before.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { NodeJSKernelBackend } from "@tensorflow/tfjs-node-gpu/dist/nodejs_kernel_backend.js";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import util from "node:util";
import { allowKernels, hasKernels, kernelInterface } from "./kernels.ts";

/** An engine that can run the models. */
export type Backend = "tensorflow" | "webgpu" | "wasm" | "cpu";

/** All engines in the order in which `auto` tries them: the fastest first, the last runs anywhere. */
export const backends: readonly Backend[] = ["tensorflow", "webgpu", "wasm", "cpu"];

/**
 * Loads an engine and makes all further tensor operations run on it.
 *
 * `auto` uses the first of {@link backends} that runs here: TensorFlow where `deno task native`
 * has built it, WebGPU where there is a graphics card (software Vulkan is slower than wasm, so
 * only an explicit `webgpu` uses that), else WebAssembly with SIMD on one thread. On WebGPU,
 * values can be read by `await tensor.data()` only.
 *
 * Calling it again costs nothing. Tensors stay with the engine that made them, so change engines
 * between computations only.
 *
 * @example The engine that needs nothing
 * ```ts
 * import { useBackend } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(await useBackend("cpu"), "cpu");
 * ```
 *
 * @param choice an engine's name, or `auto`
 * @returns the engine in use
 * @throws {RangeError} If no engine has that name
 * @throws {Error} If the engine cannot run here; the message says what it needs
 */
export async function useBackend(choice: Backend | "auto" = "auto"): Promise<Backend> {
  if (choice !== "auto" && !backends.includes(choice)) {
    throw new RangeError(
      `Cannot use backend "${choice}": there is no such backend; known: auto, ${
        backends.join(", ")
      }`,
    );
  }
  tf.enableProdMode(); // silences tfjs's advertisements on stderr
  await import("@tensorflow/tfjs-layers"); // brings the gradients of tfjs-core's operations
  let obstacle: string | undefined;
  for (const backend of choice === "auto" ? backends : [choice]) {
    obstacle = await engines[backend](choice === "auto");
    if (obstacle === undefined && await tf.setBackend(backend)) return backend;
  }
  throw new Error(`Cannot use backend "${choice}": ${obstacle ?? "it does not start"}`);
}

/** Loads the default engine if none is chosen yet; for computations that may be a program's first. */
export async function useDefaultBackend(): Promise<void> {
  // undefined before one is chosen, whatever its type says
  const chosen: string | undefined = tf.getBackend();
  if (chosen === undefined) await useBackend();
}

/** The chosen backend, if any, and its version; for `about.versions` of a report. */
export function backendVersions(): Record<string, string> {
  // undefined before one is chosen, whatever its type says
  const backend: string | undefined = tf.getBackend();
  return {
    deno: Deno.version.deno,
    tfjs: tf.version_core,
    ...(backend !== undefined && { backend }),
    ...(backend === "tensorflow" && {
      tensorflow: (tf.backend() as NodeJSKernelBackend).binding.TF_Version,
    }),
  };
}

/** Whether the chosen engine computes on a graphics card, and not on processors. */
export function isOnCard(): boolean {
  switch (tf.getBackend()) {
    case "tensorflow":
      return (tf.backend() as NodeJSKernelBackend).isUsingGpuDevice;
    case "webgpu":
      return true;
    default:
      return false;
  }
}

/** What WebGPU would compute on: a graphics card, or software that stands for one. */
export async function webgpuAdapter(): Promise<GPUAdapter | undefined> {
  // Mesa's Vulkan drivers complain on stderr where this is not set, as in containers
  if (!Deno.env.has("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", tmpdir());
  return await navigator.gpu?.requestAdapter() ?? undefined;
}

/** The file that tfjs-node loads TensorFlow through; `deno task native` builds it. */
export function nativeBinding(): string {
  const entry = import.meta.resolve("@tensorflow/tfjs-node-gpu");
  return fileURLToPath(new URL("../lib/napi-v8/tfjs_binding.node", entry));
}

/** A library beside the binding that closes stderr and opens it again; built with it. */
export function stderrSwitch(): string {
  return join(dirname(nativeBinding()), "stderr_switch.so");
}

/** The library of the operations in kernels.ts, built beside the binding where that works. */
export function kernelLibrary(): string {
  return join(dirname(nativeBinding()), `kernels-${kernelInterface}.so`);
}

/** Whether TensorFlow has been built here; npm's package of Ehrloom brings nothing to build it of. */
export function hasNativeBinding(): boolean {
  try {
    return existsSync(nativeBinding());
  } catch (_) {
    return false; // tfjs-node is not installed
  }
}

/** What TensorFlow's library reads from the environment, where the user has not set it. */
const tensorflowDefaults = {
  TF_CPP_MIN_LOG_LEVEL: "3",
  /** Products on NVIDIA cards in whole float32: TF32 differs by 3e-4 from the other engines. */
  NVIDIA_TF32_OVERRIDE: "0",
  /** Takes memory of a card as it needs it, not all at once: notebooks may share the card. */
  TF_FORCE_GPU_ALLOW_GROWTH: "true",
};

/** How to load each engine; returns why it cannot run here, or undefined. */
const engines: Record<Backend, (auto: boolean) => Promise<string | undefined>> = {
  tensorflow() {
    if (!hasNativeBinding()) {
      return Promise.resolve("TensorFlow is not built; run deno task native");
    }
    // Node dropped this function, Deno never had it, tfjs-node still calls it
    Object.assign(util, { isNullOrUndefined: (value: unknown) => value == null });
    for (const [name, value] of Object.entries(tensorflowDefaults)) {
      if (!Deno.env.has(name)) Deno.env.set(name, value);
    }
    try {
      withoutStderr(() => createRequire(import.meta.url)("@tensorflow/tfjs-node-gpu"));
      loadKernels();
      return Promise.resolve(undefined);
    } catch (error) {
      const [reason] = String(error).split("\n");
      return Promise.resolve(`TensorFlow does not load; run deno task native --force (${reason})`);
    }
  },

  async webgpu(auto) {
    // Mesa's software Vulkan and TensorFlow both bring an LLVM: with Mesa's loaded first,
    // TensorFlow crashes the process
    if (hasNativeBinding()) await engines.tensorflow(auto);
    const adapter = await webgpuAdapter();
    if (adapter === undefined) {
      return "no Vulkan driver found; on Debian, install mesa-vulkan-drivers and libvulkan1";
    }
    if (auto && adapter.info.isFallbackAdapter) {
      return "the only Vulkan driver is a software driver";
    }
    await import("@tensorflow/tfjs-backend-webgpu");
  },

  async wasm() {
    await import("@tensorflow/tfjs-backend-wasm");
    shareClones();
  },

  async cpu() {
    await import("@tensorflow/tfjs-backend-cpu");
  },
};

/**
 * Makes clones on wasm share the numbers of what they are made of, as on all other engines. tfjs
 * clones whatever a step saves for its way back, all weights among it: copies took HALO with 5,000
 * codes half as much memory again.
 */
function shareClones(): void {
  const named = { kernelName: "Identity", backendName: "wasm" };
  tf.unregisterKernel(named.kernelName, named.backendName);
  tf.registerKernel({
    ...named,
    kernelFunc({ inputs: { x }, backend }) {
      const { dataId, shape, dtype } = x as tf.TensorInfo;
      (backend as BackendWasm).incRef(dataId);
      return { dataId, shape, dtype };
    },
  });
}

/** Lets layers use our own operations where they are built, which run on processors only. */
function loadKernels(): void {
  if (hasKernels() || !existsSync(kernelLibrary())) return;
  const { isUsingGpuDevice } = tf.findBackend("tensorflow") as NodeJSKernelBackend;
  if (isUsingGpuDevice) return;
  try {
    const { registerKernels } = Deno.dlopen(kernelLibrary(), {
      registerKernels: { parameters: [], result: "i32" },
    }).symbols;
    allowKernels(registerKernels() === 1);
  } catch (_) {
    // Built for another machine, or may not be loaded: TensorFlow works without them
  }
}

/**
 * Runs something with the process's stderr closed to it: as TensorFlow's library loads, it greets
 * its developers before it reads how much it should log. Errors still come as exceptions.
 */
function withoutStderr(run: () => void): void {
  using lock = Deno.openSync(nativeBinding());
  lock.lockSync(true); // stderr is the whole process's: one thread at a time
  const { closeStderr, reopenStderr } = Deno.dlopen(stderrSwitch(), {
    closeStderr: { parameters: [], result: "i32" },
    reopenStderr: { parameters: ["i32"], result: "void" },
  }).symbols;
  const kept = closeStderr();
  try {
    run();
  } finally {
    reopenStderr(kept);
  }
}
