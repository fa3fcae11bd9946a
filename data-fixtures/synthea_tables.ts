import papa from "papaparse";
import { csvPath, readCsv } from "ehrloom/files/csv.ts";

/** Rows of a table of a Synthea export, their fields in the order of `columns`. */
export async function readTable(
  folder: string,
  name: string,
  columns: string[],
  keep: (fields: readonly string[]) => boolean,
): Promise<string[][]> {
  const rows: string[][] = [];
  await readCsv(await csvPath(folder, name), columns, (fields) => {
    if (keep(fields)) rows.push([...fields]);
  });
  return rows;
}

/** Writes FOLDER/NAME.csv.gz; of longer rows the first fields. */
export async function writeTable(
  folder: string,
  name: string,
  columns: string[],
  rows: string[][],
): Promise<void> {
  const fields = [columns, ...rows.map((row) => row.slice(0, columns.length))];
  const text = papa.unparse(fields, { newline: "\n" }) + "\n";
  using file = await Deno.create(`${folder}/${name}.csv.gz`);
  await new Blob([text]).stream().pipeThrough(new CompressionStream("gzip")).pipeTo(file.writable);
}
