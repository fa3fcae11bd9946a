/** Cohorts of small tables, with what is said about them. */
import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { type Cohort, prepare } from "ehrloom";
import { visitCodes, visitsOf } from "ehrloom/cohort/records.ts";
import { gzipSync } from "node:zlib";
import { dirname } from "node:path";
import { inFolder } from "../../folder.ts";

/** Tables by their paths in the folder, such as "hosp/patients.csv.gz". */
export type Tables = Readonly<Record<string, string>>;

/** A cohort, and what was said while it was read. */
export interface Prepared {
  readonly cohort: Cohort;
  /** What was left out and noted, in order. */
  readonly said: readonly string[];
  /** Bad rows, where they are skipped. */
  readonly bad: readonly string[];
}

/** Writes tables into a folder, those that end in .gz compressed. */
export async function writeTables(folder: string, tables: Tables): Promise<void> {
  for (const [name, text] of Object.entries(tables)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(dirname(path), { recursive: true });
    const bytes = new TextEncoder().encode(text);
    await Deno.writeFile(path, name.endsWith(".gz") ? new Uint8Array(gzipSync(bytes)) : bytes);
  }
}

/** The cohort of tables. */
export async function preparedFrom(
  source: string,
  tables: Tables,
  values: Record<string, unknown> = {},
  { isSkipping = false }: { readonly isSkipping?: boolean } = {},
): Promise<Prepared> {
  const said: string[] = [];
  const bad: string[] = [];
  const read: Cohort[] = [];
  await inFolder(async (folder) => {
    await writeTables(folder, tables);
    read.push(
      await prepare(source, folder, {
        values,
        onLeftOut: (what) => said.push(`left out: ${what.replaceAll(folder, "FOLDER")}`),
        onNote: (what) => said.push(what.replaceAll(folder, "FOLDER")),
        onBadRow: isSkipping ? (what) => bad.push(what.replaceAll(folder, "FOLDER")) : undefined,
      }),
    );
  });
  return { cohort: read[0], said, bad };
}

/**
 * Asserts that tables with a bad row are refused with a sentence about it, and that all other rows remain
 * where it is skipped.
 *
 * @param good the tables without it
 * @param change those that have it
 * @param options.others rows that are bad because they refer to it; the cohort lacks these too
 */
export async function assertBadRow(
  source: string,
  good: Tables,
  change: Tables,
  wanted: string,
  { values = {}, others = 0 }: { values?: Record<string, unknown>; others?: number } = {},
): Promise<void> {
  const tables = { ...good, ...change };
  await assertRejects(() => preparedFrom(source, tables, values), SyntaxError, wanted);
  const { bad, cohort } = await preparedFrom(source, tables, values, { isSkipping: true });
  assertEquals(bad.length, 1 + others);
  assertStringIncludes(bad[0], wanted);
  if (others === 0) assertEquals(cohort, (await preparedFrom(source, good, values)).cohort);
}

/** The codes of a record's visits, by name. */
export function codesOf(cohort: Cohort, record: number): string[][] {
  const { codes } = cohort.vocabulary;
  return Array.from(
    { length: visitsOf(cohort, record) },
    (_, visit) => [...visitCodes(cohort, record, visit)].map((code) => codes[code]),
  );
}
