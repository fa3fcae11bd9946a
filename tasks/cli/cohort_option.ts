import type { Option } from "./command.ts";

/** `--cohort`, for tasks that train on one. */
export const cohortOption: Readonly<Record<"cohort", Option>> = {
  cohort: {
    value: "DIR",
    help: "Cohort folder, written by deno task prepare",
    required: true,
    reads: true,
  },
};
