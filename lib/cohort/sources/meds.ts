import { readMedsEvents } from "../meds/read.ts";
import type { Source } from "./source.ts";

/** MEDS as a source. */
export const meds: Source = {
  name: "meds",
  summary: "a MEDS folder, from Ehrloom or any other tool",
  options: {},
  read: (folder, _values, how) => readMedsEvents(folder, how),
};
