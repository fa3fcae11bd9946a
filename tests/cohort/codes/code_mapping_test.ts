/** Codes mapped by a user's file, to another system and into groups: expected by hand. */
import { assertEquals, assertRejects } from "@std/assert";
import {
  codeGraph,
  type Cohort,
  type MappingOptions,
  prepare,
  type PrepareOptions,
  type Quality,
  vocabulary,
} from "ehrloom";
import { inFolder } from "../../folder.ts";
import { codesOf } from "../sources/prepared.ts";

/** A cohort of one subject's codes, each with its day, mapped; and what was said about it. */
async function mapped(
  rows: string,
  { map, ...options }: MappingOptions & Pick<PrepareOptions, "phenotypes">,
): Promise<{ cohort: Cohort; quality: Quality }> {
  const cohorts: Cohort[] = [];
  const qualities: Quality[] = [];
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/events.csv`, `subject,time,code,value\n${rows}`);
    if (map !== undefined) await Deno.writeTextFile(`${folder}/map.csv`, map);
    cohorts.push(
      await prepare("csv", `${folder}/events.csv`, {
        ...options,
        map: map === undefined ? undefined : `${folder}/map.csv`,
        onQuality: (quality) => qualities.push(quality),
      }),
    );
  });
  return { cohort: cohorts[0], quality: qualities[0] };
}

const counts = (codes: number, events: number) => ({ codes, events });

Deno.test("--codes icd9-to-icd10cm maps diagnoses with their names, counts the rest", async () => {
  // 250.00 and 25000 are E11.9; 305.1 has no equivalent code; 250 is no whole code
  const { cohort, quality } = await mapped(
    "a,2020-01-01,ICD9CM//250.00,\na,2020-01-01,ICD9CM//25000,\na,2020-01-02,ICD10CM//E11.9,\n" +
      "a,2020-01-02,ICD9CM//250,\na,2020-01-03,ICD9CM//250,\na,2020-01-02,LAB//1,2\n",
    { codes: "icd9-to-icd10cm" },
  );
  const left = ["ICD9CM//250"];
  assertEquals(codesOf(cohort, 0), [
    ["ICD10CM//E11.9"],
    ["ICD10CM//E11.9", ...left, "LAB//1"],
    left,
  ]);
  assertEquals(
    cohort.vocabulary.descriptions[cohort.vocabulary.indexOf.get("ICD10CM//E11.9") ?? -1],
    "Type 2 diabetes mellitus without complications",
  );
  assertEquals(quality.mappings, [{
    by: "--codes icd9-to-icd10cm",
    mapped: counts(2, 2),
    into: 1,
    unmapped: counts(1, 2),
    others: counts(2, 2),
    most_frequent_unmapped: [{ code: "ICD9CM//250", events: 2 }],
  }]);
  assertEquals(quality.findings?.repeated_events, 1);
});

Deno.test("--group ccs, ccsr and icd-blocks put diagnoses into groups with names and what is above", async () => {
  const rows = "a,2020-01-01,ICD9CM//250.00,\na,2020-01-01,ICD9CM//250.01,\n" +
    "a,2020-01-01,ICD10CM//E11.9,\na,2020-01-01,ICD10CM//I10,\n";
  const named = ({ vocabulary: { codes, descriptions, parents } }: Cohort) =>
    codes.map((code, i) => [code, descriptions[i], ...parents?.[i] ?? []]);
  const ccs = await mapped(rows, { group: "ccs" });
  assertEquals(named(ccs.cohort), [
    ["CCS//49", "Diabetes mellitus without complication"],
    ["ICD10CM//E11.9", "Type 2 diabetes mellitus without complications"],
    ["ICD10CM//I10", "Essential (primary) hypertension"],
  ]);
  assertEquals(codesOf(ccs.cohort, 0)[0].length, 3);
  const both = await mapped(rows, { codes: "icd9-to-icd10cm", group: "ccsr" });
  assertEquals(
    named(both.cohort),
    [
      ["CCSR//CIR007", "Circulatory system, CIR007", "CCSR//CIR"],
      ["CCSR//END002", "Endocrine, nutritional and metabolic diseases, END002", "CCSR//END"],
    ].sort(),
  );
  assertEquals(both.quality.mappings?.map(({ by }) => by), [
    "--codes icd9-to-icd10cm",
    "--group ccsr",
  ]);
  const blocks = await mapped(rows, { group: "icd-blocks" });
  assertEquals(named(blocks.cohort), [
    ["ICD10CM//E08-E13", "Diabetes mellitus", "ICD10CM//E00-E89"],
    ["ICD10CM//I10-I1A", "Hypertensive diseases", "ICD10CM//I00-I99"],
    [
      "ICD9CM//249-259",
      "Diseases of other endocrine glands",
      "ICD9CM//240-279",
    ],
  ]);
});

Deno.test("blocks and ATC codes have a place in a hierarchy, as codes below them do", () => {
  const names = ({ nodes, names }: ReturnType<typeof codeGraph>, id: string) =>
    names[nodes.indexOf(id)];
  const graph = codeGraph(vocabulary(["ICD10CM//E08-E13", "ICD10CM//E11.9", "ATC//A10BA02"]));
  assertEquals(graph.unplaced, []);
  assertEquals(graph.nodes[graph.nodeOf[0]], "ICD10CM/E08-E13");
  assertEquals(names(graph, "ICD10CM/E08-E13"), "Diabetes mellitus");
  assertEquals(graph.parents[graph.nodeOf[0]].map((node) => graph.nodes[node]), [
    "ICD10CM/E00-E89",
  ]);
  assertEquals(graph.nodes.filter((id) => id.startsWith("ATC/")), [
    ...["ATC/A", "ATC/A10", "ATC/A10B", "ATC/A10BA", "ATC/A10BA02"],
  ]);
});

Deno.test("--map takes a user's file first; --group atc takes its ATC codes and names", async () => {
  const map = "from,to,name\nDRUG//Metformin,ATC//A10BA02,metformin\n" +
    "DRUG//Glipizide,ATC//A10BB07,\nDRUG//Glipizide,ATC//A10BB01,\nDRUG//x,ATC//A10B,oral drugs\n";
  const rows = "a,2020-01-01,DRUG//Metformin,\na,2020-01-01,DRUG//Glipizide,\n" +
    "a,2020-01-02,DRUG//Bag,\na,2020-01-02,LAB//1,3\n";
  const alone = await mapped(rows, { map });
  assertEquals(codesOf(alone.cohort, 0), [
    ["ATC//A10BA02", "ATC//A10BB07"],
    ["DRUG//Bag", "LAB//1"],
  ]);
  assertEquals(alone.cohort.vocabulary.descriptions[0], "metformin");
  assertEquals(alone.quality.mappings?.[0].unmapped, counts(1, 1));
  assertEquals(alone.quality.notes.filter((note) => note.includes("several targets")).length, 1);
  const { cohort, quality } = await mapped(rows, { map, group: "atc" });
  assertEquals(codesOf(cohort, 0), [["ATC//A10B"], ["DRUG//Bag", "LAB//1"]]);
  assertEquals(cohort.vocabulary.descriptions[0], "oral drugs");
  assertEquals(cohort.vocabulary.parents?.[0], ["ATC//A10"]);
  assertEquals(quality.mappings?.[1].mapped, counts(2, 2));
});

Deno.test("codes that become one in a visit keep the last value, as one code would", async () => {
  const map = "from,to\nLAB//serum,LAB//glucose\nLAB//plasma,LAB//glucose\n";
  const { cohort } = await mapped(
    "a,2020-01-01,LAB//serum,90\na,2020-01-01,LAB//plasma,95\na,2020-01-02,LAB//serum,80\n",
    { map },
  );
  assertEquals([...cohort.values ?? []], [95, 80]);
  assertEquals(cohort.vocabulary.codes, ["LAB//glucose"]);
});

Deno.test("labels are given by the codes before they are put into groups", async () => {
  const { cohort } = await mapped("a,2020-01-01,ICD9CM//250.00,\nb,2020-01-01,ICD9CM//401.9,\n", {
    group: "ccs",
    phenotypes: [{ label: "diabetes", codes: ["ICD9CM//250*"] }],
  });
  assertEquals([...cohort.labels], [1, 0]);
});

for (
  const [what, map, wanted] of [
    ["no column from", "source,to\na,b\n", "it has no column from"],
    ["no rows", "from,to\n", "it has no rows"],
    ["an empty target", "from,to\na,b\nc,\n", "row 3: to is empty"],
    ["the code of births", "from,to\na,MEDS_BIRTH\n", 'row 2: to is "MEDS_BIRTH", which'],
  ]
) {
  Deno.test(`--map with ${what} is refused`, async () => {
    await assertRejects(() => mapped("a,2020-01-01,a,\n", { map }), SyntaxError, wanted);
  });
}
