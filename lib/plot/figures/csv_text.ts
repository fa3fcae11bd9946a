/**
 * Rows as CSV text. The pages carry the functions of this file as source, so they use nothing from
 * outside it, see `report/page_script/script.ts`.
 *
 * @module
 */

/** One row, by column. */
export type CsvRow = Readonly<Record<string, string | number | null | undefined>>;

/** A value as it stands between commas; empty where there is none. */
export function csvCell(value: string | number | null | undefined): string {
  if (value === null || value === undefined || Number.isNaN(value)) return "";
  if (typeof value === "number") return String(Number(value.toPrecision(6)));
  return /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}

/** Rows as CSV (RFC 4180), numbers with six significant digits; the first line names the columns. */
export function csvText(rows: readonly CsvRow[]): string {
  const columns = Array.from(new Set(rows.flatMap((row) => Object.keys(row))));
  const lines = rows.map((row) => columns.map((column) => csvCell(row[column])).join(","));
  return [columns.map(csvCell).join(","), ...lines].map((line) => line + "\n").join("");
}
