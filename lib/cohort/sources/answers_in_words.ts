/**
 * Observations that are answers in words: a code for each answer, as MEDS has categories.
 *
 * @module
 */
import { detached } from "./detached.ts";
import type { EventTable } from "./event_table.ts";

/** Different answers in words that a question may have; with more, they are free text. */
export const mostAnswers = 30;

/** What is known of the rows of one question. */
export interface Observed {
  /** That of the first row, or the code. */
  readonly description: string;
  /** From an answer in words to its code. */
  readonly answers: Map<string, number>;
  /** Rows with answers in words. */
  answered: number;
  /** Whether there were more different answers than {@link mostAnswers}. */
  isFreeText: boolean;
}

/** Gathers observations by the code of what was asked or measured. */
export class AnswersInWords {
  private readonly observed = new Map<string, Observed>();

  constructor(private readonly table: EventTable) {}

  /** What is known of a code, which is new when first seen. */
  of(name: string, description: string): Observed {
    const known = this.observed.get(name);
    if (known !== undefined) return known;
    const observed: Observed = {
      description: detached(description === "" ? name : description),
      answers: new Map(),
      answered: 0,
      isFreeText: false,
    };
    this.observed.set(detached(name), observed);
    return observed;
  }

  /**
   * The code of an answer in words, undefined if there are too many answers.
   *
   * @returns the code, or a sentence that says why its row is a bad row
   */
  answer(name: string, observed: Observed, text: string): number | string | undefined {
    observed.answered++;
    const known = observed.answers.get(text);
    if (known !== undefined) return known;
    if (observed.answers.size === mostAnswers) {
      observed.isFreeText = true;
      return undefined;
    }
    const code = this.table.codes.index(`${name}//${text}`, `${observed.description}: ${text}`);
    if (typeof code === "number") observed.answers.set(detached(text), code);
    return code;
  }

  /** Leaves out free text. */
  leaveOutFreeText(onLeftOut?: (what: string) => void): void {
    for (const [name, { description, answers, answered, isFreeText }] of this.observed) {
      if (!isFreeText) continue;
      for (const code of answers.values()) this.table.codes.leaveOut(code);
      onLeftOut?.(
        `${answered} answers to "${description}" (${name}): it has more than ${mostAnswers} ` +
          "different answers",
      );
    }
  }
}
