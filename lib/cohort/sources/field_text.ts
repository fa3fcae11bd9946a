/**
 * What the text of a table's field says.
 *
 * @module
 */
/** The number that a text is; NaN for any other text, and for a number beyond float32. */
export function numberIn(text: string): number {
  const isNumber = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text);
  return isNumber && Number.isFinite(Math.fround(Number(text))) ? Number(text) : NaN;
}

/** Whether a text says that there is nothing: empty, or a spelling of NULL. */
export function isMissing(text: string): boolean {
  return text === "" || /^(null|na|n\/a|nan|none|\\n|\.)$/i.test(text);
}

/** Index into `sexNames` of a sex as tables write it; undefined for any other text. */
export function sexIn(text: string): number | undefined {
  if (isMissing(text) || /^(u|unknown|other|o)$/i.test(text)) return 0;
  if (/^(f|female|w|woman)$/i.test(text)) return 1;
  return /^(m|male|man)$/i.test(text) ? 2 : undefined;
}
