/**
 * A map from codes to others: what a vocabulary becomes by it, and how much of it is mapped.
 *
 * @module
 */
import { list, object, type Schema, text, whole } from "../../../files/checked_json.ts";
import { type Vocabulary, vocabulary } from "../../vocabulary.ts";

/** What a code becomes. */
export interface MappedTo {
  readonly code: string;
  /** What it means; default what the cohort says of it, else the code itself. */
  readonly description?: string | undefined;
  /** Names of what is right above it. */
  readonly parents?: readonly string[] | undefined;
}

/** A map from codes to others. */
export interface CodeMap {
  /** The option that asks for it, such as "--group ccs". */
  readonly by: string;
  /**
   * What a code becomes; "unknown" for a code that the map should have and does not; undefined for
   * one that it is not for, such as a drug in a map of diagnoses.
   */
  readonly of: (code: string) => MappedTo | "unknown" | undefined;
}

/** How many codes and events there are of a kind. */
export interface MappedCounts {
  /** Distinct codes. */
  readonly codes: number;
  /** Events with one of them. */
  readonly events: number;
}

/** How much of a cohort a map has mapped. */
export interface Mapping {
  /** The option that asked for it. */
  readonly by: string;
  /** What was mapped. */
  readonly mapped: MappedCounts;
  /** Distinct codes that it was mapped to. */
  readonly into: number;
  /** What could not be mapped, and stays as it is. */
  readonly unmapped: MappedCounts;
  /** What the map is not for, and stays as it is. */
  readonly others: MappedCounts;
  /** The most frequent codes that could not be mapped. */
  readonly most_frequent_unmapped: readonly { readonly code: string; readonly events: number }[];
}

/** Codes that could not be mapped of which so many are named. */
const shown = 10;

const counts = object({ codes: whole(0), events: whole(0) });

/** The schema of a map in `quality.json`. */
export const mappingSchema: Schema<Mapping> = object({
  by: text,
  mapped: counts,
  into: whole(0),
  unmapped: counts,
  others: counts,
  most_frequent_unmapped: list(object({ code: text, events: whole(0) })),
});

/** A vocabulary after a map. */
export interface MappedVocabulary {
  /** By name. */
  readonly vocabulary: Vocabulary;
  /** [codes before] Index in the vocabulary. */
  readonly indexOf: Uint32Array;
  readonly mapping: Mapping;
}

/** Counts what a map does to each code. */
function mappingOf(
  { codes }: Vocabulary,
  targets: readonly ReturnType<CodeMap["of"]>[],
  { by, events }: { readonly by: string; readonly events: Uint32Array },
): Mapping {
  const of = (isOne: (target: ReturnType<CodeMap["of"]>) => boolean) => {
    const those = [...codes.keys()].filter((code) => isOne(targets[code]));
    return { codes: those.length, events: those.reduce((sum, code) => sum + events[code], 0) };
  };
  const isMapped = (target: ReturnType<CodeMap["of"]>) => typeof target === "object";
  return {
    by,
    mapped: of(isMapped),
    into: new Set(targets.flatMap((to) => typeof to === "object" ? to.code : [])).size,
    unmapped: of((target) => target === "unknown"),
    others: of((target) => target === undefined),
    most_frequent_unmapped: [...codes.keys()].filter((code) => targets[code] === "unknown")
      .sort((a, b) => events[b] - events[a]).slice(0, shown)
      .map((code) => ({ code: codes[code], events: events[code] })),
  };
}

/**
 * What a vocabulary becomes by a map; codes that become the same are one.
 *
 * @param before whose codes are mapped; what is not mapped stays as it is
 * @param events [codes] how many events each code has
 */
export function mappedVocabulary(
  before: Vocabulary,
  events: Uint32Array,
  map: CodeMap,
): MappedVocabulary {
  const targets = before.codes.map(map.of);
  const names = before.codes.map((code, index) => {
    const target = targets[index];
    return typeof target === "object" ? target.code : code;
  });
  const descriptions = new Map<string, string>();
  const parents = new Map<string, readonly string[]>();
  for (const [index, name] of names.entries()) {
    const target = targets[index];
    const own = before.indexOf.get(name);
    const ownText = own === undefined ? name : before.descriptions[own];
    const given = typeof target === "object" ? target.description : undefined;
    const known = descriptions.get(name);
    if (known === undefined || known === name) descriptions.set(name, given ?? ownText);
    const above = typeof target === "object" ? target.parents : before.parents?.[index];
    if (above !== undefined) parents.set(name, above);
  }
  const ordered = [...descriptions.keys()].sort();
  const after = vocabulary(
    ordered,
    ordered.map((name) => descriptions.get(name) ?? name),
    ordered.map((name) => parents.get(name) ?? []),
  );
  return {
    vocabulary: after,
    indexOf: Uint32Array.from(names, (name) => after.indexOf.get(name) ?? 0),
    mapping: mappingOf(before, targets, { by: map.by, events }),
  };
}
