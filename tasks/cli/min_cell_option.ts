import { trainingDefaults } from "ehrloom";
import type { Option } from "./command.ts";

/** `--min-cell`, for tasks that write figures of real patients. */
export const minCellOption: Readonly<Record<"min-cell", Option>> = {
  "min-cell": {
    value: "N",
    help: "Codes, pairs, labels and values of fewer than N real patients are counted, not named; " +
      "1: all are named, for use inside the owner of the data",
    default: `${trainingDefaults.minCell}`,
  },
};
