/**
 * The thread behind `answersInThreads`: it is sent a setup, then questions.
 *
 * @module
 */
import { type Ask, asking } from "../answers.ts";
import { measureOf } from "../measures.ts";
import type { Message, Reply } from "./messages.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(reply: Reply): void;
};

/** Replies about how far a measure is; most steps of a long one change nothing that is seen. */
const steps = 1000;

let ask: Ask | undefined;

self.onmessage = async ({ data }) => {
  if ("asked" in data) {
    ask = asking(data.asked);
    return;
  }
  let last = 0;
  try {
    const answers = await ask?.(measureOf(data.key), ({ done, total }) => {
      const step = Math.floor(steps * done / total);
      if (step <= last) return;
      last = step;
      self.postMessage({ done, total });
    });
    if (answers === undefined) throw new Error("Cannot ask a measure: no cohorts were sent");
    self.postMessage({ answers });
  } catch (error) {
    self.postMessage({ error });
  }
};
