/**
 * The concepts that codes are: their names, and what is right above them.
 *
 * @module
 */
import type { CodeList } from "../code_list.ts";
import { detached } from "../detached.ts";
import type { OnRow } from "../rows.ts";

/** Names of vocabularies that OMOP writes otherwise than FHIR and MEDS. */
const systems: Readonly<Record<string, string>> = { SNOMED: "SNOMED-CT" };

/** Whether the number of a concept stands for one. */
export const isConcept = (id: string): boolean => id !== "" && id !== "0";

/** What a code is: a concept, perhaps with the concept that answers it. */
interface Coded {
  readonly concept: string;
  readonly answer: string;
}

/** A concept as its table has it. */
interface Concept {
  readonly name: string;
  /** With its vocabulary, as MEDS writes codes. */
  readonly code: string;
}

/** Makes codes of concepts, and names them once all are known. */
export class Concepts {
  /** By the names that codes have until concepts are named. */
  private readonly coded = new Map<string, Coded>();
  /** Concepts whose names are wanted. */
  private readonly wanted = new Set<string>();
  private readonly found = new Map<string, Concept>();
  /** The concepts right above a concept. */
  private readonly above = new Map<string, string[]>();

  constructor(private readonly codes: CodeList) {}

  /** The index of a concept's code, or a sentence that says why it has none. */
  index(concept: string, { answer = "", unit = "" } = {}): number | string {
    const name = answer === "" ? `OMOP//${concept}` : `OMOP//${concept}//${answer}`;
    if (!this.coded.has(name)) {
      const known = { concept: detached(concept), answer: detached(answer) };
      this.coded.set(detached(name), known);
      this.wanted.add(known.concept);
      if (answer !== "") this.wanted.add(known.answer);
    }
    return this.codes.index(name, "", unit);
  }

  /** Makes the name of a concept wanted that is no code. */
  want(concept: string): void {
    this.wanted.add(detached(concept));
  }

  /** The name of a concept; undefined for one that is not in the table, or before that was read. */
  nameOf(concept: string): string | undefined {
    return this.found.get(concept)?.name;
  }

  /** What to do with the rows of `concept`: number, name, vocabulary and code. */
  readonly onConcept: OnRow = ([id, name, vocabulary, code]) => {
    if (!this.wanted.has(id)) return undefined;
    const system = Object.hasOwn(systems, vocabulary) ? systems[vocabulary] : vocabulary;
    this.found.set(detached(id), { name: detached(name), code: detached(`${system}//${code}`) });
    return undefined;
  };

  /** What to do with the rows of `concept_ancestor`: above, below, and the levels between them. */
  readonly onAncestor: OnRow = ([ancestor, descendant, levels]) => {
    if (levels !== "1" || ancestor === descendant || !this.wanted.has(descendant)) return undefined;
    const above = this.above.get(descendant);
    if (above === undefined) this.above.set(detached(descendant), [detached(ancestor)]);
    else if (!above.includes(ancestor)) above.push(detached(ancestor));
    return undefined;
  };

  /** Makes the names of what is above wanted, too; to be called before `concept` is read. */
  wantAbove(): void {
    for (const id of [...this.above.values()].flat()) this.wanted.add(id);
  }

  /** Names the codes, and says what is above them; to be called after all rows. */
  name(): void {
    const names = new Map<string, string>();
    for (const [written, { concept, answer }] of this.coded) {
      const [asked, answered] = [this.found.get(concept), this.found.get(answer)];
      if (answer === "") {
        names.set(concept, this.codes.describe(written, asked?.name ?? "", asked?.code));
      } else if (asked !== undefined && answered !== undefined) {
        const description = `${asked.name}: ${answered.name}`;
        this.codes.describe(written, description, `${asked.code}//${answered.name}`);
      }
    }
    const nameOf = (id: string) => names.get(id) ?? this.found.get(id)?.code ?? `OMOP//${id}`;
    for (const [concept, above] of this.above) {
      this.codes.placeBelow(nameOf(concept), above.map(nameOf));
    }
  }
}
