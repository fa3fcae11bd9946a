import { assertEquals } from "@std/assert";
import { compiledOperations } from "../../tasks/simd/compile.ts";
import { npmRegistry, testWith } from "../wants.ts";

testWith(
  await npmRegistry(),
  "the operations for wasm in the repository are their sources compiled",
  async () => {
    const path = new URL("../../lib/nn/wasm_code.ts", import.meta.url);
    assertEquals(await Deno.readTextFile(path), await compiledOperations());
  },
);
