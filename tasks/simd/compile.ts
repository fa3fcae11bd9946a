/**
 * How Ehrloom's own operations for wasm (tasks/simd/kernels) are compiled. The result is in the
 * repository, so that only who changes them needs npm.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { childOutput } from "../cli/child.ts";

const sources = fileURLToPath(new URL("./kernels/", import.meta.url));

/** The compiler, and the program in it. */
const compiler = ["exec", "--yes", "--package=assemblyscript@0.28.20", "--", "asc"];

/** Memory comes from outside (that of tfjs for kernels.as); there are no objects, so there is no runtime. */
const flags = [
  ["-O3", "--noAssert", "--runtime", "stub", "--importMemory", "--noExportMemory"],
  ["--enable", "simd", "--enable", "relaxed-simd", "--enable", "bulk-memory"],
].flat();

/** The programs, and the files of the repository that hold their code. */
export const programs = [
  { source: "kernels", path: "lib/nn/wasm_code.ts" },
  { source: "sums", path: "lib/evaluate/fidelity/weighted_sums_code.ts" },
] as const;

/**
 * Compiles a program.
 *
 * @returns the text of its file
 * @throws {Error} If npm or the compiler fails; the message says what it wrote
 */
export async function compiled({ source }: (typeof programs)[number]): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "ehrloom-simd-" });
  try {
    for await (const { name } of Deno.readDir(sources)) {
      // .as, so that Deno does not take it for TypeScript
      await Deno.copyFile(join(sources, name), join(folder, name.replace(/\.as$/, ".ts")));
    }
    const { success, stderr } = await childOutput("npm", {
      args: [...compiler, `${source}.ts`, "--outFile", "code.wasm", ...flags],
      cwd: folder,
    });
    if (!success) {
      throw new Error(`Cannot compile the operations: ${new TextDecoder().decode(stderr)}`);
    }
    const code = await Deno.readFile(join(folder, "code.wasm"));
    const from = source === "kernels" ? "tasks/simd/kernels" : `tasks/simd/kernels/${source}.as`;
    return `/** ${from} in WebAssembly, in base64; \`deno task simd\` writes this file. */\n` +
      `export const wasmCode =\n  "${code.toBase64()}";\n`;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
