import { assertEquals } from "@std/assert";
import { compiled, programs } from "../../tasks/simd/compile.ts";
import { npmRegistry, testWith } from "../wants.ts";

testWith(
  await npmRegistry(),
  "the operations for wasm in the repository are their sources compiled",
  async () => {
    for (const program of programs) {
      const path = new URL(`../../${program.path}`, import.meta.url);
      assertEquals(await Deno.readTextFile(path), await compiled(program), program.source);
    }
  },
);
