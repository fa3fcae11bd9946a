import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { syntheaSample, vocabulary } from "ehrloom";
import { codeGraph, codeGraphOf, readCodeGraph } from "ehrloom/cohort/codes/code_graph.ts";
import { basename, join } from "node:path";
import { inFolder } from "../../folder.ts";
import { gunzipped } from "../../stored.ts";

/** Ids from the outermost place to a code's own. */
function pathOf(codes: string[], index = 0, descriptions = codes): string[] {
  const { nodes, parents, nodeOf } = codeGraph(vocabulary(codes, descriptions));
  const path: string[] = [];
  for (let node: number | undefined = nodeOf[index]; node !== undefined; [node] = parents[node]) {
    path.unshift(nodes[node]);
  }
  return path;
}

Deno.test("codeGraph() places ICD-10-CM codes by chapter, block and characters, five at most", () => {
  const chapter = "ICD10CM/E00-E89";
  const type2 = [chapter, "ICD10CM/E08-E13", "ICD10CM/E11"];
  assertEquals(pathOf(["ICD10CM//E11.65"]), [...type2, "ICD10CM/E11.6", "ICD10CM/E11.65"]);
  assertEquals(pathOf(["ICD10CM//e1165"]), [...type2, "ICD10CM/E11.6", "ICD10CM/E11.65"]);
  const ends = (code: string) => pathOf([`ICD10CM//${code}`]).slice(-1);
  assertEquals(ends("S065X9A"), ["ICD10CM/S06.5X"]); // as HiSGT aligns them
  assertEquals(ends("M86679"), ["ICD10CM/M86.67"]);
  assertEquals(ends("I82A19"), ["ICD10CM/I82.A1"]);
  const block = (code: string) => pathOf([`ICD10CM//${code}`])[1];
  assertEquals(block("B20"), "ICD10CM/B20-B20"); // not the category itself
  assertEquals(block("C4A0"), "ICD10CM/C43-C44"); // string order alone would say otherwise
  assertEquals(block("C7A"), "ICD10CM/C7A-C7A");
  assertEquals(block("Z3A20"), "ICD10CM/Z30-Z39");
  assertEquals(block("C18.0"), "ICD10CM/C15-C26"); // not a block of blocks
});

Deno.test("codeGraph() places ICD-9-CM codes, V and E codes among them", () => {
  assertEquals(pathOf(["ICD9CM//25061"]), [
    "ICD9CM/240-279",
    "ICD9CM/249-259",
    "ICD9CM/250",
    "ICD9CM/250.6",
    "ICD9CM/250.61",
  ]);
  assertEquals(pathOf(["DIAGNOSIS//ICD//9//E8384"]), [
    "ICD9CM/E000-E999",
    "ICD9CM/E830-E838",
    "ICD9CM/E838",
    "ICD9CM/E838.4",
  ]);
  assertEquals(pathOf(["ICD9CM//V10.05"])[0], "ICD9CM/V01-V91");
  assertEquals(pathOf(["ICD9CM//2851"]), ["ICD9CM/280-289", "ICD9CM/285", "ICD9CM/285.1"]);
});

Deno.test("codeGraph() takes bare codes for the ICD edition that knows them", () => {
  assertEquals(pathOf(["4019", "25000", "V4581"], 2)[0], "ICD9CM/V01-V91");
  assertEquals(pathOf(["I10", "E119", "V4581"], 2)[0], "ICD10CM/V00-Y99");
  assertEquals(codeGraph(vocabulary(["a b", "c d"])).unplaced, ["a b", "c d"]);
});

Deno.test("codeGraph() places Synthea's codes by tag and ingredient", async () => {
  const drugs = ["150 ML vancomycin 5 MG/ML Injection", "Acetaminophen 325 MG / oxyCODONE 5 MG"];
  const codes = ["RxNorm//1", "RxNorm//2"];
  assertEquals(pathOf(codes, 0, drugs), ["RxNorm/vancomycin", "RxNorm/1"]);
  assertEquals(pathOf(codes, 1, drugs), ["RxNorm/acetaminophen", "RxNorm/2"]);
  const { vocabulary: known } = await syntheaSample();
  const { nodes, nodeOf, unplaced, source, names } = codeGraph(known);
  assertEquals(unplaced, []);
  assertEquals(source, "by code system, of 252 codes: RxNorm 42, SNOMED-CT 210");
  assert(nodes.includes("SNOMED-CT/disorder"));
  assertEquals(names[nodeOf[0]], known.descriptions[0]);
});

Deno.test("every known code of ICD-9-CM has a place, and its first target in ICD-10-CM too", () => {
  const text = gunzipped("lib/cohort/codes/mapping/icd9-to-icd10cm.csv.gz");
  const rows = text.trim().split("\n").slice(1).map((row) => row.split(","));
  const place = (prefix: string, codes: string[]) =>
    codeGraph(vocabulary([...new Set(codes)].map((code) => `${prefix}//${code}`))).unplaced;
  assertEquals(place("ICD9CM", rows.map(([code]) => code)), []);
  assertEquals(place("ICD10CM", rows.flatMap(([, code]) => code === "" ? [] : [code])), []);
});

Deno.test("codeGraph() leaves out what is no code of its system, and counts it", () => {
  const { unplaced, nodeOf, source } = codeGraph(vocabulary(["ICD10CM//E11", "ICD10CM//11E"]));
  assertEquals(unplaced, ["ICD10CM//11E"]);
  assertEquals(nodeOf[1], -1);
  assertEquals(source, "by code system, of 2 codes: ICD10CM 1; without a place: 1");
});

Deno.test("codeGraph() takes one slash between system and code for two", () => {
  assertEquals(pathOf(["ICD10CM/E11.9"]), pathOf(["ICD10CM//E11.9"]));
  assertEquals(pathOf(["DIAGNOSIS/ICD/9/25061"]), pathOf(["DIAGNOSIS//ICD//9//25061"]));
  assertEquals(pathOf(["SNOMED/44054006"], 0, ["Diabetes (disorder)"]), [
    "SNOMED-CT/disorder",
    "SNOMED-CT/44054006",
  ]);
  // codes of systems that are not known do not take part in guessing the system of bare ones
  assertEquals(pathOf(["4019", "LOINC/2160-0", "NDC/0"])[0], "ICD9CM/390-459");
});

Deno.test("codeGraph() takes no procedure and no code of another system for a diagnosis", () => {
  const others = [
    "ICD9CM//00.29", // two digits before the dot are a procedure
    "ICD9CM//99.59",
    "ICD9CM/99.5",
    "ICD9CM//2506.1",
    "ICD9CM//E83.84",
    "ICD9Proc/00.29",
    "PROCEDURE//ICD//9//0029",
    "ICD9CM//E11.9",
    "ICD10CM//250.61",
    "ICD10CM//E1.19",
    "ICD10CM//B2111ZZ", // of ICD-10-PCS
    "ICD10CM//X2A5312",
    "ICD10PCS/0BH17EZ",
    "CPT4/99213",
    "LOINC//2160-0//E11.9",
  ];
  assertEquals(codeGraph(vocabulary(others)).unplaced, others);
  const diagnoses = [
    "ICD10CM//C441121",
    "ICD10CM//G710340",
    "ICD10CM//S065X9A",
    "ICD9CM//E838.4",
    "ICD9CM//002.9",
  ];
  assertEquals(codeGraph(vocabulary(diagnoses)).unplaced, []);
});

Deno.test("codeGraph() takes what the source says is above codes, and systems for others", () => {
  const parents = [["ICD10CM/E11", "mid"], ["ICD10CM/E11.9"], [], ["top"], []];
  const codes = ["LAB//1", "LAB//2", "ICD10CM//E10", "mid", "LAB//3"];
  const { nodes, parents: above, nodeOf, unplaced, source } = codeGraph(
    vocabulary(codes, codes, parents),
  );
  const aboveOf = (id: string) => above[nodes.indexOf(id)].map((node) => nodes[node]);
  assertEquals(nodes[nodeOf[0]], "LAB//1");
  assertEquals(aboveOf("LAB//1"), ["ICD10CM/E11", "mid"]);
  assertEquals(aboveOf("LAB//2"), ["ICD10CM/E11.9"]);
  assertEquals(aboveOf("ICD10CM/E11.9"), ["ICD10CM/E11"]);
  assertEquals(aboveOf("ICD10CM/E11"), ["ICD10CM/E08-E13"]);
  assertEquals(aboveOf("mid"), ["top"]);
  assertEquals(unplaced, ["LAB//3"]);
  assertEquals(
    source,
    "by parent_codes and code system, of 5 codes: parent_codes 3, ICD10CM 1; without a place: 1",
  );
});

Deno.test("codeGraph() lets what the source says come before what a system says, in any order", () => {
  const codes = ["ICD10CM/E11.91", "ICD10CM/E11.9"];
  for (const order of [[0, 1], [1, 0]]) {
    const { nodes, parents, unplaced } = codeGraph(vocabulary(
      order.map((code) => codes[code]),
      order.map((code) => codes[code]),
      order.map((code) => [[], ["x"]][code]),
    ));
    const above = (id: string) => parents[nodes.indexOf(id)].map((node) => nodes[node]);
    assertEquals(above("ICD10CM/E11.91"), ["ICD10CM/E11.9"]);
    assertEquals(above("ICD10CM/E11.9"), ["x"]);
    assertEquals(unplaced, []);
  }
});

Deno.test("codeGraph() names the circle in which parents go", () => {
  assertThrows(
    () => codeGraph(vocabulary(["a", "b"], ["a", "b"], [["b"], ["a"]])),
    RangeError,
    "Cannot use the parent_codes of the cohort: they form a cycle, b > a > b; mend metadata/",
  );
});

const letters = vocabulary(["a", "b", "c"]);

Deno.test("codeGraphOf() keeps what lies above the codes, several parents of one too", () => {
  const edges = [["top", "left"], ["top", "right"], ["left", "a"], ["right", "a"], ["x", "y"]]
    .map(([parent, child]) => ({ parent, child }));
  const { nodes, parents, nodeOf, unplaced } = codeGraphOf(letters, [...edges, edges[0]]);
  assertEquals(nodes, ["a", "left", "right", "top"]);
  assertEquals(parents, [[1, 2], [3], [3], []]);
  assertEquals([...nodeOf], [0, -1, -1]);
  assertEquals(unplaced, ["b", "c"]);
});

Deno.test("codeGraphOf() refuses circles, which it names, and edges that meet no code", () => {
  const edges = [["m", "a"], ["n", "m"], ["m", "n"]].map(([parent, child]) => ({ parent, child }));
  assertThrows(
    () => codeGraphOf(letters, edges, "tree.csv"),
    RangeError,
    'Cannot use "tree.csv": its edges form a cycle, n > m > n',
  );
  assertThrows(
    () => codeGraphOf(letters, [{ parent: "x", child: "y" }], "tree.csv"),
    RangeError,
    'Cannot use "tree.csv": it contains none of the 3 codes, such as "a"',
  );
});

Deno.test("readCodeGraph() reads parent and child, and names the row that is wrong", () =>
  inFolder(async (folder) => {
    const path = join(folder, "tree.csv");
    await Deno.writeTextFile(path, "child,parent\na, top\n b ,top\n");
    const { nodes, source } = await readCodeGraph(path, letters);
    assertEquals(nodes, ["a", "b", "top"]);
    assertEquals(source, `"${basename(path)}", with 2 of 3 codes`);
    await Deno.writeTextFile(path, "child,parent\na,top\nb,b\n");
    await assertRejects(
      () => readCodeGraph(path, letters),
      SyntaxError,
      `Cannot read "${path}" row 3: "b" is its own parent`,
    );
  }));
