/**
 * How resources refer to each other: "Patient/7", "urn:uuid:…", "https://server/fhir/Patient/7",
 * also with a version behind it.
 *
 * @see https://hl7.org/fhir/R4/references.html
 * @module
 */

/** What a reference names. */
export interface Named {
  /** Undefined where the reference does not say it, as a UUID does not. */
  readonly type: string | undefined;
  readonly id: string;
}

/** What a reference names. */
export function namedBy(reference: string): Named {
  const id = /^urn:(?:uuid|oid):(.*)$/i.exec(reference)?.[1];
  if (id !== undefined) return { type: undefined, id };
  const parts = /(?:^|\/)([A-Z]\w*)\/([^/?#]+)(?:\/_history\/.*)?$/.exec(reference);
  return parts === null ? { type: undefined, id: reference } : { type: parts[1], id: parts[2] };
}

/** The identifiers of the resources of a type, where bundles may give them a second one. */
export class Ids {
  private readonly others = new Map<string, string>();

  /** The identifier of a resource, "" for one that has none. */
  add(id: string | undefined, fullUrl: string): string {
    const other = fullUrl === "" ? "" : namedBy(fullUrl).id;
    const kept = id ?? other;
    if (other !== "" && other !== kept) this.others.set(other, kept);
    return kept;
  }

  /** The identifier of the resource that a reference names. */
  of(reference: string): string {
    const { id } = namedBy(reference);
    return this.others.get(id) ?? id;
  }
}
