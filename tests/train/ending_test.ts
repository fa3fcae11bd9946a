import { assertEquals } from "@std/assert";
import {
  endingInWords,
  endingOf,
  finishedEpoch,
  type Standing,
  standingOf,
} from "ehrloom/train/ending.ts";
import { tinyTraining } from "../tiny.ts";
import { scheduleOf } from "ehrloom/train/schedule.ts";

const training = { ...tinyTraining, epochs: 200, patience: 20, minutes: 0 };

/** A line of training for each validation loss; an epoch takes 30 seconds. */
function linesOf(losses: readonly number[]) {
  return losses.map((validation_loss, index) => ({
    epoch: index + 1,
    step: 5 * (index + 1),
    train_loss: 2 * validation_loss,
    validation_loss,
    learning_rate: 1,
    gradient_norm: 1,
    seconds: 30 * (index + 1),
    best: validation_loss < Math.min(...losses.slice(0, index)),
  }));
}

const at = (epoch: number, best: number, seconds = 0): Standing => ({
  epoch,
  best: { epoch: best, loss: 1 },
  seconds,
});

Deno.test("training ends after its epochs, its patience or its minutes, whichever comes first", () => {
  const schedule = scheduleOf(training, []);
  assertEquals(endingOf(schedule, at(0, 0)), undefined);
  assertEquals(endingOf(schedule, at(32, 13)), undefined);
  assertEquals(endingOf(schedule, at(33, 13)), "patience");
  assertEquals(endingOf(schedule, at(200, 199)), "epochs");
  const limited = scheduleOf({ ...training, minutes: 5 }, []);
  assertEquals(endingOf(limited, at(12, 12, 299)), undefined);
  assertEquals(endingOf(limited, at(12, 12, 300)), "minutes");
  assertEquals(endingOf(limited, at(0, 0, 300)), undefined); // the first epoch is always trained
});

Deno.test("with more epochs, patience and minutes count from the restart", () => {
  const restarts = [{ after: 33, planned: 100 }];
  const lines = linesOf(Array.from({ length: 33 }, () => 1)); // 990 seconds
  const schedule = scheduleOf({ ...training, minutes: 5, restarts }, lines);
  assertEquals(endingOf(schedule, at(33, 13, 990)), undefined);
  assertEquals(endingOf(schedule, at(52, 13, 1000)), undefined);
  assertEquals(endingOf(schedule, at(53, 13, 1000)), "patience");
  assertEquals(endingOf(schedule, at(34, 13, 1289)), undefined);
  assertEquals(endingOf(schedule, at(34, 13, 1290)), "minutes");
});

Deno.test("an early stop is explained in words", () => {
  assertEquals(
    endingInWords(scheduleOf(training, []), at(33, 13)),
    "stopped after 33 of 200 epochs: no lower validation loss for 20 epochs; best epoch 13",
  );
  assertEquals(
    endingInWords(scheduleOf({ ...training, minutes: 5 }, []), at(12, 11, 301)),
    "stopped after 12 of 200 epochs: the limit of 5 minutes is reached; best epoch 11",
  );
  assertEquals(endingInWords(scheduleOf(training, []), at(200, 199)), undefined);
});

Deno.test("standingOf() finds the best epoch and the seconds of a run", () => {
  assertEquals(standingOf(linesOf([3, 2, 2.5])), {
    epoch: 3,
    best: { epoch: 2, loss: 2 },
    seconds: 90,
  });
  assertEquals(standingOf([]), { epoch: 0, best: { epoch: 0, loss: Infinity }, seconds: 0 });
});

Deno.test("finishedEpoch() estimates the time left from the epochs so far, or from the limit", () => {
  const lines = linesOf([3, 2, 2.5]);
  assertEquals(finishedEpoch(scheduleOf(training, lines), lines), {
    epochs: 200,
    trainLoss: 5,
    validationLoss: 2.5,
    best: { epoch: 2, loss: 2 },
    seconds: 90,
    secondsLeft: 197 * 30,
  });
  const limited = scheduleOf({ ...training, minutes: 2 }, lines);
  assertEquals(finishedEpoch(limited, lines).secondsLeft, 30);
});
