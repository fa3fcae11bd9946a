/**
 * The resources in FHIR's files: NDJSON with a resource a line, or JSON with a bundle of resources
 * or a single one.
 *
 * @module
 */
import { checkFolder } from "../../../files/csv.ts";
import { found, isObject, unreadable } from "../../../files/input.ts";
import { readLines, readWhole } from "../../../files/lines.ts";
import type { ReadHow } from "../source.ts";

/** A resource as a file has it. */
export interface Written {
  readonly type: string;
  readonly resource: Readonly<Record<string, unknown>>;
  /** The URL that a bundle gives it, by which others may refer to it; "" for none. */
  readonly fullUrl: string;
  /** Where it is: "Patient.ndjson line 7". */
  readonly place: string;
}

/** Called with a resource; returns what is wrong with it, if anything is. */
export type OnResource = (written: Written) => string | undefined;

/** The type of a resource at the beginning of its line, where nearly all programs write it. */
const typeFirst = /^\s*\{\s*"resourceType"\s*:\s*"(\w+)"/;

/** The value of a JSON text, or a sentence that says why it is none. */
function jsonIn(text: string): { readonly value: unknown } | string {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, " ") : "";
    return `it is no JSON (${reason}); if it was cut off, export it again`;
  }
}

/** A resource with its type, or a sentence that says why it is none. */
function typed(value: unknown): Pick<Written, "type" | "resource"> | string {
  if (!isObject(value)) return "it is no resource of FHIR: it must be an object";
  const { resourceType: type } = value;
  if (typeof type === "string") return { type, resource: value };
  return "it is no resource of FHIR: it has no resourceType; move other files out of the folder";
}

/** The files of a folder, or a single one. */
export class FhirFiles {
  /** How many resources of each type there are, once all files have been read. */
  readonly counts = new Map<string, number>();
  /** From a file to the types that it has, once it has been read. */
  private readonly typesOf = new Map<string, Set<string>>();

  private constructor(private readonly paths: readonly string[]) {}

  /**
   * Looks for files.
   *
   * @param path of a folder or a file
   * @throws {Deno.errors.NotFound} If there are none
   */
  static async of(path: string): Promise<FhirFiles> {
    if ((await found(path))?.isFile === true) return new FhirFiles([path]);
    await checkFolder(path);
    const paths = new Map<string, string>();
    try {
      const names = (await Array.fromAsync(Deno.readDir(path))).map(({ name }) => name);
      for (const name of names.sort().reverse()) { // plain files last: they are taken first
        const plain = /^([^.].*\.(nd)?json)(\.gz)?$/i.exec(name)?.[1];
        if (plain !== undefined) paths.set(plain, `${path}/${name}`);
      }
    } catch (error) {
      throw unreadable(path, error);
    }
    if (paths.size > 0) return new FhirFiles([...paths.values()].sort());
    throw new Deno.errors.NotFound(
      `Cannot read "${path}": it has no files that end in .ndjson or .json, or in .gz after that`,
    );
  }

  /**
   * Reads the resources of some types, file by file. What is no resource is said when its file is
   * read for the first time; so is a resource of a type that no call wants never looked at.
   *
   * @throws {SyntaxError} If something is wrong with a resource; with `how.onBadRow` it is left out
   */
  async read(types: ReadonlySet<string>, onResource: OnResource, how: ReadHow): Promise<void> {
    for (const path of this.paths) {
      const known = this.typesOf.get(path);
      if (known !== undefined && types.isDisjointFrom(known)) continue;
      const isFirst = known === undefined;
      if (isFirst) this.typesOf.set(path, new Set());
      const isLines = /\.ndjson(\.gz)?$/i.test(path);
      await (isLines ? this.readNdjson : this.readJson).call(this, path, {
        types,
        isFirst,
        onResource,
        how,
      });
    }
  }

  private count(path: string, type: string): void {
    this.counts.set(type, (this.counts.get(type) ?? 0) + 1);
    this.typesOf.get(path)?.add(type);
  }

  private async readNdjson(path: string, { types, isFirst, onResource, how }: Reading) {
    const name = path.replace(/^.*\//, "");
    await readLines(path, (line, number) => {
      const type = typeFirst.exec(line)?.[1];
      if (type !== undefined) {
        if (isFirst) this.count(path, type);
        if (!types.has(type)) return undefined;
      }
      const json = jsonIn(line);
      const read = typeof json === "string" ? json : typed(json.value);
      if (typeof read === "string") return type !== undefined || isFirst ? read : undefined;
      if (type === undefined && isFirst) this.count(path, read.type);
      if (!types.has(read.type)) return undefined;
      return onResource({ ...read, fullUrl: "", place: `${name} line ${number}` });
    }, how);
  }

  private async readJson(path: string, { types, isFirst, onResource, how }: Reading) {
    const name = path.replace(/^.*\//, "");
    const say = (place: string, wrong: string) => {
      const sentence = `Cannot read "${path}"${place}: ${wrong}`;
      if (how.onBadRow === undefined) throw new SyntaxError(sentence);
      how.onBadRow(sentence);
    };
    const json = jsonIn(await readWhole(path, how));
    const root = typeof json === "string" ? json : typed(json.value);
    if (typeof root === "string") { // has no type, so the file is not read again
      return say("", `${root}; a file with a resource in each line must end in .ndjson`);
    }
    const isBundle = root.type === "Bundle";
    const entries: unknown = isBundle ? root.resource.entry ?? [] : [{ resource: root.resource }];
    if (!Array.isArray(entries)) {
      if (isFirst) say("", "entry of the bundle must be a list");
      return;
    }
    for (const [index, entry] of entries.entries()) {
      const place = isBundle ? ` entry ${index + 1}` : "";
      if (isObject(entry) && entry.resource === undefined) continue; // only says what was done
      const read = isObject(entry) ? typed(entry.resource) : "it must be an object";
      if (typeof read === "string") {
        if (isFirst) say(place, read);
        continue;
      }
      if (isFirst) this.count(path, read.type);
      if (!types.has(read.type)) continue;
      const { fullUrl = "" } = isObject(entry) ? entry : {};
      const url = typeof fullUrl === "string" ? fullUrl : "";
      const wrong = onResource({ ...read, fullUrl: url, place: `${name}${place}` });
      if (wrong !== undefined) say(place, wrong);
    }
  }
}

/** What is done with the resources of a file. */
interface Reading {
  readonly types: ReadonlySet<string>;
  /** Whether the file is read for the first time. */
  readonly isFirst: boolean;
  readonly onResource: OnResource;
  readonly how: ReadHow;
}
