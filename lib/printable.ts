/**
 * Texts from the data as people and programs can see them: nothing hidden, nothing endless.
 *
 * @module
 */

/** Characters that are invisible, move the cursor or change the direction of writing. */
const hidden =
  /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--\p{Variation_Selector}]/gv;
/** What XML cannot hold, and a few that it should not. */
const outsideXml = /[[\p{Cc}\p{Noncharacter_Code_Point}]--[\t\n\r]]/gv;

const short: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

function escaped(character: string): string {
  const hex = (character.codePointAt(0) ?? 0).toString(16);
  if (hex.length <= 2) return short[character] ?? `\\x${hex.padStart(2, "0")}`;
  return hex.length <= 4 ? `\\u${hex.padStart(4, "0")}` : `\\u{${hex}}`;
}

/** A text without its middle where it is longer than `most` characters. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, most / 2).replace(/[\ud800-\udbff]$/, "");
  const tail = text.slice(-most / 2).replace(/^[\udc00-\udfff]/, "");
  return `${head}… ${text.length - head.length - tail.length} characters …${tail}`;
}

/** Characters of a line, and of a part of it in quotes, that are shown. */
const longest = { line: 1000, quoted: 300 };

/**
 * A line for people, whatever the data in it contain: control characters, line breaks, marks that
 * change the direction of writing and other hidden characters become escapes ("\x1b", "\n",
 * "\u202e"). In long quoted texts and long lines, the middle is replaced by its length. Letters of
 * all languages are unchanged.
 *
 * @example A label that would forge a line
 * ```ts
 * import { printable } from "ehrloom";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable("label x\nwrote runs/a"), String.raw`label x\nwrote runs/a`);
 * ```
 */
export function printable(line: string): string {
  const quoted = line.replace(/"[^"]+"/g, (text) => `"${cut(text.slice(1, -1), longest.quoted)}"`);
  return cut(quoted, longest.line).replace(hidden, escaped);
}

/**
 * The first of some names in quotes, and how many more there are.
 *
 * @param most names to show
 * @param count of all names, if `names` are only the first
 */
export function firstNames(
  names: readonly string[],
  most: number,
  count: number = names.length,
): string {
  const shown = names.slice(0, most).map((name) => `"${name}"`).join(", ");
  return count > most ? `${shown} and ${count - most} more` : shown;
}

/**
 * Text for XML and HTML: characters that these do not allow become escapes ("\x1b"), and half a
 * character becomes U+FFFD. It does not escape markup.
 */
export function markupText(text: string): string {
  return text.toWellFormed().replace(outsideXml, escaped);
}
