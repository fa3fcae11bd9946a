/** @jsxImportSource preact */
/**
 * Where the page's program begins: starts the engine, which the page carries, and shows the panels.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { render } from "preact";
import { messageOf } from "../../in_words.ts";
import { part } from "../../plot/report/page_script/page.ts";
import { type PlayData, runOf } from "../play_data.ts";
import { playerOf } from "../player.ts";
import { App } from "./app.tsx";

/** Starts WebAssembly with SIMD on one thread, from the bytes in the page. */
async function startEngine(): Promise<void> {
  const bytes = part(document, "#play-engine").textContent ?? "";
  const address = `data:application/wasm;base64,${bytes.trim()}`;
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  setWasmPaths({
    "tfjs-backend-wasm.wasm": address,
    "tfjs-backend-wasm-simd.wasm": address,
    "tfjs-backend-wasm-threaded-simd.wasm": address,
  });
  tf.enableProdMode();
  if (!await tf.setBackend("wasm")) {
    throw new Error(
      "This browser runs no WebAssembly with SIMD; a version from 2023 or later does",
    );
  }
}

async function start(): Promise<void> {
  const root = part<HTMLElement>(document, "#play");
  try {
    await startEngine();
    const data: PlayData = JSON.parse(part(document, "#play-data").textContent ?? "");
    const player = playerOf(runOf(data));
    render(<App player={player} data={data} />, root);
  } catch (error) {
    root.textContent = `Cannot start: ${messageOf(error)}`;
  }
}

start();
