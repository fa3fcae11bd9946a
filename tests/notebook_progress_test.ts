import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { lossCurve, notebookProgress } from "ehrloom/notebook_progress.ts";

const epochs = [
  { trainLoss: 5, validationLoss: 4 },
  { trainLoss: 3, validationLoss: 3.5 },
  { trainLoss: 1, validationLoss: 4 },
];

Deno.test("lossCurve() draws from the first to the last epoch, from the highest to the lowest loss", () => {
  const lines = [...lossCurve(epochs).matchAll(/points="([^"]*)"/g)].map(([, points]) => points);
  // 320 wide, 90 high; losses from 1 to 5, so a loss of 4 is a quarter down
  assertEquals(lines, ["0.0,0.0 160.0,45.0 320.0,90.0", "0.0,22.5 160.0,33.8 320.0,22.5"]);
  assertStringIncludes(lossCurve(epochs), "Training loss 1.000 (dashed), validation loss 4.000");
});

Deno.test("lossCurve() is empty before the second epoch", () => {
  assertEquals(lossCurve([]), "");
  assertEquals(lossCurve(epochs.slice(0, 1)), "");
});

/** What a notebook is shown when a clock stands at the given milliseconds at each look. */
async function shownAt(times: number[], stage: string, how: "Done" | "Stopped") {
  const shown: { text: string; html: string; id: unknown; update: unknown }[] = [];
  const now = performance.now;
  let at = 0;
  performance.now = () => at;
  try {
    const { onProgress, end } = notebookProgress({
      display(data, { display_id: id, update } = {}) {
        const bundle = data as Record<string, string>;
        shown.push({ text: bundle["text/plain"], html: bundle["text/html"], id, update });
        return Promise.resolve();
      },
    });
    const rest = { best: { epoch: 2, loss: 3.5 }, seconds: 0, secondsLeft: 0, epochs: 3 };
    for (const each of epochs) {
      onProgress({ stage, done: 0, total: 4000, finished: { ...each, ...rest } });
    }
    for (at of times) onProgress({ stage, done: at, total: 4000 });
    await end(how);
  } finally {
    performance.now = now;
  }
  return shown;
}

Deno.test("progress in a cell is one output, updated at most every 250 ms", async () => {
  const shown = await shownAt([500, 1000, 1100, 1200, 1300, 3000], "training", "Done");
  assertEquals(shown.map(({ text }) => text), [
    "training 1000/4000 (1 s)",
    "training 1300/4000 (1 s)",
    "training 3000/4000 (3 s)",
    "Done after 3 s",
  ]);
  assertEquals(shown.map(({ update }) => update), [false, true, true, true]);
  assertEquals(new Set(shown.map(({ id }) => id)).size, 1);
  assertEquals(shown.map(({ html }) => html.includes("<svg")), [true, true, true, false]);
});

Deno.test("work of less than a second shows nothing in a cell", async () => {
  assertEquals(await shownAt([100, 900], "training", "Done"), []);
});

Deno.test("work that is stopped leaves its losses in the cell", async () => {
  const last = (await shownAt([2000], "training", "Stopped")).at(-1);
  assertEquals(last?.text, "Stopped after 2 s");
  assertMatch(last?.html ?? "", /^<div>Stopped after 2 s<\/div><svg /);
});

Deno.test("markup in a stage's name is plain text in a cell", async () => {
  const [{ html }] = await shownAt([2000], "<b>&</b>", "Done");
  assertStringIncludes(html, "&lt;b>&amp;&lt;/b>");
});
