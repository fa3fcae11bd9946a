/**
 * The CSV tables of a folder, whatever the case of their names.
 *
 * @module
 */
import { checkFolder } from "../../files/csv.ts";
import { found, unreadable } from "../../files/input.ts";

/** Finds tables by their names in small letters, without ".csv" or ".csv.gz". */
export class CsvFolder {
  private constructor(
    private readonly folder: string,
    private readonly paths: ReadonlyMap<string, string>,
  ) {}

  /**
   * Looks into a folder and those of its subfolders that are named, which come first.
   *
   * @throws {Deno.errors.NotFound} If it is not a folder
   */
  static async of(folder: string, subfolders: readonly string[] = []): Promise<CsvFolder> {
    await checkFolder(folder);
    const paths = new Map<string, string>();
    for (const inner of [folder, ...subfolders.map((name) => `${folder}/${name}`)]) {
      if ((await found(inner))?.isDirectory !== true) continue;
      try {
        const names = (await Array.fromAsync(Deno.readDir(inner))).map(({ name }) => name);
        for (const name of names.sort().reverse()) { // plain files last: they are taken first
          const table = /^(.*)\.csv(\.gz)?$/i.exec(name)?.[1].toLowerCase();
          if (table !== undefined) paths.set(table, `${inner}/${name}`);
        }
      } catch (error) {
        throw unreadable(inner, error);
      }
    }
    return new CsvFolder(folder, paths);
  }

  /** The path of a table, undefined if there is none. */
  find(table: string): string | undefined {
    return this.paths.get(table.toLowerCase());
  }

  /** The paths of the tables whose names contain a text, in capital or small letters. */
  like(part: string): string[] {
    const tables = [...this.paths].filter(([table]) => table.includes(part.toLowerCase()));
    return tables.map(([, path]) => path).sort();
  }

  /**
   * The path of a table that must be there.
   *
   * @throws {Deno.errors.NotFound} If it is not there
   */
  path(table: string): string {
    const path = this.find(table);
    if (path !== undefined) return path;
    throw new Deno.errors.NotFound(
      `Cannot read "${this.folder}": it has no ${table}.csv or ${table}.csv.gz`,
    );
  }

  /**
   * Those of the chosen tables that are there; says of the others that they are left out.
   *
   * @param files [tables] the file of each, undefined for one that needs none of its own
   * @throws {Deno.errors.NotFound} If none is there
   */
  chosen<Table extends string>(
    tables: readonly Table[],
    files: Readonly<Record<Table, string | undefined>>,
    onLeftOut?: (what: string) => void,
  ): Table[] {
    const isThere = (table: Table) => {
      const file = files[table];
      return file === undefined || this.find(file) !== undefined;
    };
    const there = tables.filter(isThere);
    const without = tables.filter((table) => !isThere(table));
    if (without.length > 0 && there.every((table) => files[table] === undefined)) {
      const names = without.map((table) => `${files[table]}.csv or ${files[table]}.csv.gz`);
      throw new Deno.errors.NotFound(
        `Cannot read "${this.folder}": it has none of ${names.join(", ")}`,
      );
    }
    for (const table of without) {
      onLeftOut?.(
        `the table ${table}: "${this.folder}" has no ${files[table]}.csv or ${files[table]}.csv.gz`,
      );
    }
    return there;
  }
}
