/**
 * The thread behind `nearest`: it is sent a setup, then ranges of records, and answers each with the
 * number of records that it has done.
 *
 * @module
 */
import type { Message } from "./messages.ts";
import { nearestRows } from "./nearest_rows.ts";

declare const self: {
  onmessage: ((event: MessageEvent<Message>) => void) | null;
  postMessage(records: number): void;
};

let findRange: ((from: number, to: number) => void) | undefined;

self.onmessage = ({ data }) => {
  if ("compared" in data) {
    findRange = nearestRows(data.compared, data.skipped, data.found);
    self.postMessage(0);
  } else {
    findRange?.(data.from, data.to);
    self.postMessage(data.to - data.from);
  }
};
