import { fileURLToPath } from "node:url";
import { runCommand } from "./cli/command.ts";
import { compiled, programs } from "./simd/compile.ts";

await runCommand({
  name: "simd",
  summary: "Compile Ehrloom's own operations for wasm again, after a change of tasks/simd/kernels.",
  options: {},
  examples: ["deno task simd"],
}, async () => {
  const paths = programs.map(({ path }) => fileURLToPath(new URL(`../${path}`, import.meta.url)));
  for (const [i, program] of programs.entries()) {
    await Deno.writeTextFile(paths[i], await compiled(program));
  }
  return { out: paths };
});
