import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import * as tf from "@tensorflow/tfjs-core";
import {
  type Backend,
  backends,
  backendVersions,
  kernelLibrary,
  nativeBinding,
  useBackend,
} from "ehrloom/nn/backend.ts";
import { existsSync } from "node:fs";
import { engine, testWith, type Wanted } from "../wants.ts";

/** Float32 products of small whole numbers are exact. */
const exact = 0;

for (const backend of backends) {
  testWith(
    await engine(backend),
    `useBackend("${backend}") multiplies and differentiates`,
    async () => {
      assertEquals(await useBackend(backend), backend);
      assertEquals(tf.getBackend(), backend);
      const a = tf.tensor2d([[1, 2], [3, 4]]);
      const b = tf.tensor2d([[5, 6], [7, 9]]);
      const loss = (x: tf.Tensor) => tf.sum(tf.square(tf.matMul(x as tf.Tensor2D, b)));
      const { value, grad } = tf.valueAndGrad(loss)(a);
      // a b = [[19, 24], [43, 54]]; the gradient is 2 a b bᵀ
      assertAlmostEquals((await value.data())[0], 361 + 576 + 1849 + 2916, exact);
      assertEquals([...await grad.data()], [478, 698, 1078, 1574]);
      tf.dispose([a, b, value, grad]);
      assertEquals(backendVersions().backend, backend);
      assertEquals("tensorflow" in backendVersions(), backend === "tensorflow");
    },
  );
}

Deno.test({
  name: "useBackend() twice keeps the engine and its tensors",
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    await useBackend("wasm");
    const x = tf.tensor1d([1, 2, 3]);
    await useBackend("wasm");
    assertEquals([...x.dataSync()], [1, 2, 3]);
    x.dispose();
  },
});

const isBuilt = existsSync(nativeBinding());
const withoutTensorflow: Wanted<void> = isBuilt
  ? { missing: "a checkout in which TensorFlow is not built" }
  : { thing: undefined };

testWith(
  withoutTensorflow,
  "useBackend() says how to get TensorFlow where it is not built",
  async () => {
    await assertRejects(
      () => useBackend("tensorflow"),
      Error,
      'Cannot use backend "tensorflow": TensorFlow is not built; run deno task native',
    );
  },
);

Deno.test("useBackend() of an unknown name lists the known ones", async () => {
  await assertRejects(
    () => useBackend("cuda" as Backend),
    RangeError,
    'Cannot use backend "cuda": there is no such backend; known: auto, tensorflow, webgpu, wasm, cpu',
  );
});

testWith(
  isBuilt && existsSync(kernelLibrary())
    ? { thing: undefined }
    : { missing: "Ehrloom's own operations: deno task native" },
  "useBackend() goes without Ehrloom's own operations where they do not load",
  async () => {
    const code = `
      import { useBackend } from "ehrloom/nn/backend.ts";
      import { hasKernels } from "ehrloom/nn/kernels.ts";
      console.log(await useBackend("auto"), hasKernels());
    `;
    const process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", `--deny-ffi=${kernelLibrary()}`, "-"],
      cwd: new URL("../../", import.meta.url).pathname,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    await new Response(code).body?.pipeTo(process.stdin);
    const { stdout, stderr } = await process.output();
    const text = new TextDecoder();
    assertEquals(text.decode(stdout), "tensorflow false\n", text.decode(stderr));
  },
);

Deno.test("useBackend() says nothing on stderr, and auto takes TensorFlow where it is built", async () => {
  const code = `
    const { useBackend } = await import("ehrloom/nn/backend.ts");
    console.log(await useBackend("auto"), await useBackend("cpu"), await useBackend("wasm"));
  `;
  const { stdout, stderr, success } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", code],
    cwd: new URL("../../", import.meta.url).pathname,
  }).output();
  const text = new TextDecoder();
  assert(success, text.decode(stderr));
  assertEquals(text.decode(stderr), "");
  const [automatic, ...explicit] = text.decode(stdout).trim().split(" ");
  assert(isBuilt ? automatic === "tensorflow" : automatic !== "cpu", automatic);
  assertEquals(explicit, ["cpu", "wasm"]);
});
