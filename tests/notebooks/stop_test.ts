/** Long work in a Jupyter kernel: its progress in the cell, and Jupyter's Stop. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { notebooksFolder } from "../../tasks/notebooks/jupyter.ts";
import { testWith } from "../wants.ts";
import { jupyter } from "./notebook.ts";

interface Message {
  readonly type: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly transient?: { readonly display_id?: string };
  readonly ename?: string;
  readonly evalue?: string;
  readonly traceback?: readonly string[];
}

/** A cell, and a regular expression of what it shows when Stop is to be pressed. */
interface StoppedCell {
  readonly source: string;
  readonly stop?: string;
}

/** The messages of each cell, run one after another in one kernel. */
async function messagesOf(
  { python, variables }: { python: string; variables: Readonly<Record<string, string>> },
  cells: readonly StoppedCell[],
): Promise<(Message[] | "died")[]> {
  const script = new URL("./stop_cells.py", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(python, {
    args: [script, JSON.stringify(cells), notebooksFolder],
    env: variables,
  }).output();
  assert(success, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const setUp = `
  import { compare, evaluate, generate, splitOf, syntheaSample, train, useBackend } from "ehrloom";
  await useBackend("wasm");
  const cohort = await syntheaSample();
  const folder = await Deno.makeTempDir();
  const options = { settings: { width: 16, layers: 1, heads: 2 }, epochs: 200, patience: 200 };`;

testWith(
  await jupyter(),
  "Stop in Jupyter ends train, generate, evaluate and compare with a sentence; the kernel lives",
  async (environment) => {
    const cells: StoppedCell[] = [
      { source: setUp },
      {
        source: "await train(cohort, `${folder}/run`, options)",
        stop: "epoch ([3-9]|\\d\\d+)/200",
      },
      {
        source: "const run = await train(cohort, `${folder}/run`, { resume: true })",
        stop: "epoch \\d+/200",
      },
      {
        source: `const short = await train(cohort, folder + "/short", { ...options, epochs: 1 });
          await generate(short, { count: 100_000 })`,
        stop: "generating",
      },
      {
        source: `await evaluate(cohort, splitOf(cohort, "test"), { resamples: 100_000 })`,
        stop: "evaluating",
      },
      {
        source: "await compare(cohort, `${folder}/c`, { ...options, models: ['halo'] })",
        stop: "halo: training",
      },
      { source: "await Deno.remove(folder, { recursive: true }); cohort.recordCount" },
    ];
    const found = await messagesOf(environment, cells);
    assert(!found.includes("died"), "the kernel ended");
    const messages = found.map((each) => each === "died" ? [] : each);
    const sentences = messages.flatMap((each) => each.filter(({ type }) => type === "error"))
      .map(({ ename, evalue, traceback }) => {
        assertEquals(ename, "AbortError", evalue);
        assertEquals(traceback, [String(evalue)], "no stack");
        return evalue;
      });
    assertEquals(sentences, [
      "Training stopped by you; continue with resume: true",
      "Training stopped by you; continue with resume: true",
      "Generation stopped by you; no records are kept",
      "Evaluation stopped by you; no figures are kept",
      "Comparison stopped by you; call compare again to continue",
    ]);
    const last = messages.at(-1)?.at(-1);
    assertMatch(last?.data?.["text/plain"] ?? "", /400/); // the variables are still there

    const shown = messages[1].filter(({ type }) => type.endsWith("display_data"));
    assertEquals(shown[0].type, "display_data");
    assert(shown.slice(1).every(({ type }) => type === "update_display_data"));
    assertEquals(new Set(shown.map(({ transient }) => transient?.display_id)).size, 1);
    assert(shown.some(({ data }) => data?.["text/html"].includes("<svg")), "no curve");
    assertMatch(shown.at(-1)?.data?.["text/plain"] ?? "", /^Stopped after \d+ s$/);
  },
);
