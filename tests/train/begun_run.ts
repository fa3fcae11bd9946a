import { type Cohort, train, type TrainOptions } from "ehrloom";
import { join } from "node:path";

/**
 * Trains a run at `whole`, and leaves at `begun` what its folder held after the first step: a run that
 * was killed before it stored anything.
 */
export async function trainWithBegun(
  cohort: Cohort,
  { whole, begun, options }: {
    readonly whole: string;
    readonly begun: string;
    readonly options: TrainOptions;
  },
): Promise<void> {
  await train(cohort, whole, {
    ...options,
    onProgress: ({ done }) => {
      if (done !== 1) return;
      Deno.mkdirSync(begun);
      for (const { name } of Deno.readDirSync(whole)) {
        Deno.copyFileSync(join(whole, name), join(begun, name));
      }
    },
  });
}
