/**
 * How it is said what was left out of a source, and what was read differently from how it is written.
 *
 * @module
 */

/**
 * Called with a sentence about a source.
 *
 * @param about.isOfRows whether it counts rows that their table tells too; default false
 */
export type OnSaid = (what: string, about?: { readonly isOfRows: boolean }) => void;
