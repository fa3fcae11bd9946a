/**
 * Maps the codes of a source as it is asked for: by a file and from one code system to another while
 * the events are still single, into groups once records have their labels.
 *
 * @module
 */
import { counted } from "../../in_words.ts";
import { type CodeMap, mappedVocabulary, type Mapping } from "../codes/mapping/code_map.ts";
import { type CodeChange, equivalentCodes } from "../codes/mapping/equivalent_codes.ts";
import { type CodeGroup, groupMap } from "../codes/mapping/groups.ts";
import { withIcdNames } from "../codes/mapping/icd_names.ts";
import { type MapFile, readMapFile } from "../codes/mapping/map_file.ts";
import { eventCounts, mappedCohort } from "../codes/mapping/mapped_cohort.ts";
import type { Cohort } from "../cohort.ts";
import type { RankedCodes } from "./code_list.ts";
import type { EventTable } from "./event_table.ts";
import type { ReadHow } from "./source.ts";

/** How codes are mapped. */
export interface MappingOptions {
  /** A CSV file with the columns from, to and perhaps name, whose map comes first. */
  readonly map?: string | undefined;
  /** From one code system to another, before labels. */
  readonly codes?: CodeChange | undefined;
  /** Into groups, after labels. */
  readonly group?: CodeGroup | undefined;
}

/** The maps that a source's codes go through. */
export class CodeMapping {
  /** What each has done. */
  readonly mappings: Mapping[] = [];

  private constructor(
    private readonly options: MappingOptions,
    private readonly file: MapFile | undefined,
    private readonly say: Pick<ReadHow, "keep" | "onLeftOut" | "onNote">,
  ) {}

  /** @throws as {@link readMapFile} does */
  static async of(
    options: MappingOptions,
    say: Pick<ReadHow, "keep" | "onLeftOut" | "onNote">,
  ): Promise<CodeMapping> {
    const file = options.map === undefined ? undefined : await readMapFile(options.map);
    const [first] = file?.repeated ?? [];
    if (file !== undefined && first !== undefined) {
      say.onNote?.(
        `${file.repeated.length} codes have several targets in ${options.map}; ` +
          `the first one counts (first: ${first})`,
      );
    }
    return new CodeMapping(options, file, say);
  }

  /**
   * The codes of a table's events, by the file and the change of code systems. ICD diagnoses without a
   * name get that of the code books where any are mapped.
   */
  async ofEvents({ codes, events }: EventTable): Promise<RankedCodes> {
    const event = events.code.view();
    let ranked = codes.ranked(event);
    const map = (map: CodeMap) => ranked = this.mappedRanks(ranked, event, map);
    if (this.file !== undefined) map(this.file.map);
    const { codes: change, group } = this.options;
    if (change !== undefined) map(await equivalentCodes(change, ranked.vocabulary.codes));
    if (change === undefined && group === undefined) return ranked;
    return { ...ranked, vocabulary: await withIcdNames(ranked.vocabulary) };
  }

  private mappedRanks(
    { vocabulary: before, rank }: RankedCodes,
    event: Uint32Array,
    map: CodeMap,
  ): RankedCodes {
    const counts = new Uint32Array(before.codes.length);
    eventCounts(event, rank.length).forEach((count, code) => {
      if (rank[code] >= 0) counts[rank[code]] += count;
    });
    const { vocabulary, indexOf, mapping } = mappedVocabulary(before, counts, map);
    this.mappings.push(mapping);
    return { vocabulary, rank: rank.map((code) => code < 0 ? code : indexOf[code]) };
  }

  /** A cohort with its codes in groups. */
  async grouped(source: Cohort): Promise<Cohort> {
    const { group } = this.options;
    if (group === undefined) return source;
    const names = this.file?.names ?? new Map<string, string>();
    const map = await groupMap(group, source.vocabulary.codes, names);
    const { cohort, mapping, replaced } = mappedCohort(source, map, this.say.keep);
    this.mappings.push(mapping);
    if (replaced > 0) {
      this.say.onLeftOut?.(`${counted(replaced)} values of a visit that ${map.by} made one code`);
    }
    return cohort;
  }
}
