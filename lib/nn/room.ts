/**
 * How many bytes the engines hold, known before any are taken.
 *
 * @module
 */
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import { machineBytes } from "../machine_memory.ts";
import { isOnCard } from "./backend.ts";

/** What an engine holds at once. */
export interface Room {
  /** Its name. */
  readonly engine: string;
  /** Bytes of all its tensors. */
  readonly bytes: number;
  /** Bytes of one tensor. */
  readonly largest: number;
}

/**
 * The addresses that wasm has. Tensors get no more than two thirds: what is freed leaves gaps, and
 * products keep turned copies of their factors. HALO with 10,000 codes has 2.0 GB of tensors when
 * the heap is 2.9 GB; with 13,000 and 3.4 GB there is no place for the next one.
 */
const wasmBytes = 2 ** 32;
const wasmShare = 2 / 3;

/** V8's longest typed array, in bytes. */
const longestArray = 2 ** 33;

/** What an engine holds; default the chosen engine. */
export function roomOn(engine: string = tf.getBackend()): Room {
  switch (engine) {
    case "wasm":
      return { engine, bytes: wasmShare * wasmBytes, largest: wasmBytes / 2 };
    case "webgpu": {
      const { maxBufferSize, maxStorageBufferBindingSize } =
        (tf.backend() as WebGPUBackend).device.limits;
      const largest = Math.min(maxBufferSize, maxStorageBufferBindingSize);
      return { engine, bytes: Infinity, largest }; // the memory of the card is unknown
    }
    default: {
      const isThere = engine === tf.getBackend() && isOnCard();
      return { engine, bytes: isThere ? Infinity : machineBytes(), largest: longestArray };
    }
  }
}
