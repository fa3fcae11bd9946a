// One measure's figures of a synthetic cohort, for tests of measures.
import { type Cohort, cohortOf, judge, type JudgeOptions, type Measure, vocabulary } from "ehrloom";

/** The figures of a synthetic cohort against a real one; without intervals unless asked. */
export async function figuresOf<F>(
  measure: Measure<string, F>,
  real: Cohort,
  synthetic: Cohort,
  options: Omit<JudgeOptions, "real" | "others"> = {},
): Promise<F> {
  const figures: F[] = [];
  const kept: Measure = {
    ...measure,
    async ask(asked, onProgress) {
      const answers = await measure.ask(asked, onProgress);
      figures.push(...answers.map((answer) => answer.figures));
      return answers;
    },
  };
  await judge([kept], {
    resamples: 0,
    ...options,
    real: { role: "real", cohort: real },
    others: [{ role: "synthetic", cohort: synthetic }],
  });
  return figures[0];
}

/** Records of visits with the codes of single letters: `letters("ab c", "a")` has two records. */
export function letters(...records: string[]): Cohort {
  const codes = [..."abcdefghijkl"];
  const visitsOf = (record: string) =>
    record.split(" ").map((visit) =>
      [...visit].filter((each) => each !== "-").map((each) => codes.indexOf(each))
    );
  return cohortOf(
    vocabulary(codes),
    [],
    records.map((record) => ({ visits: visitsOf(record), labels: [] })),
  );
}
