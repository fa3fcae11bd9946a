/**
 * Groups of codes: categories of AHRQ's Clinical Classifications Software, blocks of ICD, and
 * subgroups of ATC.
 *
 * @module
 */
import { codeSystems, splitCode } from "../code_systems.ts";
import type { CodeMap, MappedTo } from "./code_map.ts";
import { icdCodes } from "./icd_code.ts";
import { ccsNames, icd10Table, icd9Table } from "./shipped_tables.ts";

/** The groups that codes can be put into. */
export const codeGroups = ["ccs", "ccsr", "icd-blocks", "atc"] as const;
/** Name of a way to group codes. */
export type CodeGroup = typeof codeGroups[number];

/** The first three letters of CCSR categories. */
const bodySystems: Readonly<Record<string, string>> = {
  BLD: "Blood and immune mechanism",
  CIR: "Circulatory system",
  DEN: "Dental diseases",
  DIG: "Digestive system",
  EAR: "Ear and mastoid process",
  END: "Endocrine, nutritional and metabolic diseases",
  EXT: "External causes of morbidity",
  EYE: "Eye and adnexa",
  FAC: "Factors influencing health status",
  GEN: "Genitourinary system",
  INF: "Infectious and parasitic diseases",
  INJ: "Injury, poisoning and other external causes",
  MAL: "Congenital malformations",
  MBD: "Mental, behavioral and neurodevelopmental disorders",
  MUS: "Musculoskeletal system and connective tissue",
  NEO: "Neoplasms",
  NVS: "Nervous system",
  PNL: "Perinatal conditions",
  PRG: "Pregnancy, childbirth and the puerperium",
  RSP: "Respiratory system",
  SKN: "Skin and subcutaneous tissue",
  SYM: "Symptoms, signs and abnormal findings",
};

/** What codes become, from the cohort's codes and the names of a user's file. */
type GroupOf = (
  codes: readonly string[],
  names: ReadonlyMap<string, string>,
) => Promise<CodeMap["of"]>;

const ccs: GroupOf = async (codes) => {
  const [icdOf, table, names] = [icdCodes(codes), await icd9Table(), await ccsNames()];
  return (code) => {
    const icd = icdOf(code);
    if (icd?.version !== 9) return icd === undefined ? undefined : "unknown";
    const category = table.get(icd.bare)?.to ?? "";
    if (category === "") return "unknown";
    return { code: `CCS//${category}`, description: names.get(category)?.to };
  };
};

const ccsr: GroupOf = async (codes, names) => {
  const [icdOf, table] = [icdCodes(codes), await icd10Table()];
  return (code) => {
    const icd = icdOf(code);
    if (icd?.version !== 10) return icd === undefined ? undefined : "unknown";
    const category = table.get(icd.bare)?.to ?? "";
    if (category === "") return "unknown";
    const system = category.slice(0, 3);
    const name = `CCSR//${category}`;
    return {
      code: name,
      description: names.get(name) ?? `${bodySystems[system]}, ${category}`,
      parents: [`CCSR//${system}`],
    };
  };
};

const icdBlocks: GroupOf = (codes) => {
  const icdOf = icdCodes(codes);
  return Promise.resolve((code) => {
    const icd = icdOf(code);
    if (icd === undefined) return undefined;
    const name = `ICD${icd.version}CM`;
    const path = codeSystems.find((system) => system.name === name)?.path(icd.bare, "") ?? [];
    const ranges = path.filter(({ id }) => id.includes("-"));
    const block = ranges.at(-1);
    if (block === undefined) return "unknown";
    const named = (id: string) => id.replace("/", "//");
    return {
      code: named(block.id),
      description: block.name,
      ...ranges.length > 1 && { parents: [named(ranges[0].id)] },
    };
  });
};

/** The pharmacological subgroup, such as A10B of A10BA02. */
const atc: GroupOf = (_, names) =>
  Promise.resolve((code): MappedTo | "unknown" | undefined => {
    const { prefix, code: written } = splitCode(code);
    if (!/^atc$/i.test(prefix)) return undefined;
    const [subgroup] = /^[A-Z]\d\d[A-Z]/.exec(written.toUpperCase()) ?? [];
    if (subgroup === undefined) return "unknown";
    const name = `ATC//${subgroup}`;
    return { code: name, description: names.get(name), parents: [`ATC//${subgroup.slice(0, 3)}`] };
  });

const groups: Readonly<Record<CodeGroup, GroupOf>> = { ccs, ccsr, "icd-blocks": icdBlocks, atc };

/** The map into groups. */
export async function groupMap(
  group: CodeGroup,
  codes: readonly string[],
  names: ReadonlyMap<string, string>,
): Promise<CodeMap> {
  return { by: `--group ${group}`, of: await groups[group](codes, names) };
}
