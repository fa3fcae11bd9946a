import { fileURLToPath } from "node:url";
import { runCommand } from "./cli/command.ts";
import { compiledOperations } from "./simd/compile.ts";

await runCommand({
  name: "simd",
  summary: "Compile Ehrloom's own operations for wasm again, after a change of tasks/simd/kernels.",
  options: {},
  examples: ["deno task simd"],
}, async () => {
  const path = fileURLToPath(new URL("../lib/nn/wasm_code.ts", import.meta.url));
  await Deno.writeTextFile(path, await compiledOperations());
  return { out: path };
});
