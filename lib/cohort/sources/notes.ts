import { precisionOf } from "../time.ts";

/** Counts what was read otherwise than it is written, so that each kind is said once. */
export class Notes {
  private readonly kinds = new Map<string, { count: number; readonly example: string }>();

  /**
   * Counts one.
   *
   * @param kind what follows the number in a sentence
   * @param example shown if it is the first of its kind
   */
  add(kind: string, example: string): void {
    const known = this.kinds.get(kind);
    if (known !== undefined) known.count++;
    else this.kinds.set(kind, { count: 1, example });
  }

  /** Says how often each kind was. */
  say(onNote?: (what: string) => void): void {
    for (const [kind, { count, example }] of this.kinds) {
      onNote?.(`${count} ${kind} (first: ${example})`);
    }
  }
}

/** Counts a time that is not an instant. */
export function noteTime(notes: Notes, column: string, text: string): void {
  const precision = precisionOf(text);
  if (precision === "instant") return;
  const kind = precision === "day"
    ? "days without a time of day were taken as midnight UTC"
    : "times without a time zone were taken as UTC";
  notes.add(kind, `${column} ${text}`);
}
