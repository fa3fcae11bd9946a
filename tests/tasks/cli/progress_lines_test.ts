import { assertEquals } from "@std/assert";
import type { Progress } from "ehrloom";
import { duration } from "../../../tasks/cli/duration.ts";
import { timeLeft } from "../../../tasks/cli/progress_bar.ts";
import { progressLines } from "../../../tasks/cli/progress_lines.ts";

/** Lines of progress that comes at the given seconds after midnight. */
function linesOf(events: readonly (readonly [second: number, progress: Progress])[]): string[] {
  const lines: string[] = [];
  const midnight = Date.UTC(2026, 10, 25);
  let second = 0;
  const onProgress = progressLines((line) => lines.push(line), () => midnight + 1000 * second);
  for (const [at, progress] of events) {
    second = at;
    onProgress(progress);
  }
  return lines;
}

const finished = {
  epochs: 200,
  trainLoss: 5.12345,
  validationLoss: 6.5,
  best: { epoch: 8, loss: 6.25 },
  seconds: 200.4,
  secondsLeft: 7500,
};

Deno.test("without a terminal, each epoch has a line with its losses and times, and steps have none", () => {
  const step = { stage: "training", total: 1000, epoch: 9, note: "epoch 9/200 loss 5.1" };
  assertEquals(
    linesOf([
      [100, { ...step, done: 44 }],
      [200, { ...step, done: 45 }],
      [201, { stage: "training", done: 45, total: 1000, epoch: 9, finished }],
      [202, {
        stage: "halo: training",
        done: 46,
        total: 46,
        ended: "stopped after 9 of 200 epochs: …",
      }],
    ]),
    [
      "2026-11-25T00:03:21Z training: epoch 9 of 200, training loss 5.123, validation loss 6.500, " +
      "best 6.250 in epoch 8, 3 min 20 s elapsed, at most 2 h 5 min left",
      "2026-11-25T00:03:22Z halo: training stopped after 9 of 200 epochs: …",
    ],
  );
});

Deno.test("without a terminal, other stages have at most one line a minute", () => {
  const seconds = Array.from({ length: 150 }, (_, second) => second);
  const lines = linesOf(
    seconds.map((second) => [second, { stage: "generating", done: second, total: 150 }]),
  );
  assertEquals(lines, [
    "2026-11-25T00:01:00Z generating: 60 of 150",
    "2026-11-25T00:02:00Z generating: 120 of 150",
  ]);
});

Deno.test("duration() carries seconds to minutes and minutes to hours", () => {
  const cases: [number, string][] = [
    [0, "0 s"],
    [59.4, "59 s"],
    [59.6, "1 min 0 s"],
    [239.7, "4 min 0 s"],
    [3599.9, "1 h 0 min"],
    [7512, "2 h 5 min"],
  ];
  for (const [seconds, said] of cases) assertEquals(duration(seconds), said);
});

Deno.test("the time left is not said before there is an estimate", () => {
  assertEquals(["NULL", "INF", "0", 240].map(timeLeft), ["", "", "", "4 min 0 s left"]);
});
