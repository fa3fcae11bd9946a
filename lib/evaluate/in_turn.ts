import { breathe } from "../breathe.ts";
import type { Answer, Asked, Judged } from "./measure.ts";

/** A measure's answers about `asked.others`, one cohort after the other. */
export async function inTurn<F>(
  { others }: Asked,
  answer: (other: Judged) => Answer<F> | Promise<Answer<F>>,
): Promise<Answer<F>[]> {
  const answers: Answer<F>[] = [];
  for (const other of others) {
    await breathe();
    answers.push(await answer(other));
  }
  return answers;
}
