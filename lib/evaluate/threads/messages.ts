/**
 * What a thread that asks measures is sent, and what it answers.
 *
 * @module
 */
import type { Answer, Asked } from "../measure.ts";

/** The cohorts; a thread shares the memory of their arrays, and has no run. */
export interface Setup {
  /** What all measures are asked about. */
  readonly asked: Omit<Asked, "run">;
}

/** A measure to be asked. */
export interface Question {
  /** Its key. */
  readonly key: string;
}

/** A setup, then questions. */
export type Message = Setup | Question;

/** What a thread says of a question: how far it is, then how it ended. */
export type Reply =
  | { readonly done: number; readonly total: number }
  | { readonly answers: Answer<unknown>[] }
  | { readonly error: unknown };
