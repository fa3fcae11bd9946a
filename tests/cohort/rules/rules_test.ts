import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  brokenRules,
  cohortOf,
  learnedRules,
  parseRules,
  random,
  type RecordLists,
  type Rule,
  rulesFor,
  rulesText,
  vocabulary,
} from "ehrloom";

const known = { vocabulary: vocabulary(["A", "B1", "B2", "C", "D*"]), labelNames: ["ill", "Male"] };

/** Records and visits of one record that break a rule. */
function broken(rule: Rule, visits: number[][], more: Partial<RecordLists> = {}): number[] {
  const cohort = cohortOf(known.vocabulary, known.labelNames, [
    { visits, labels: [0, 0], ...more },
    { visits: [[3]], labels: [0, 0] },
  ]);
  const [found] = brokenRules(cohort, rulesFor([rule], known));
  return [found.records, found.visits];
}

Deno.test("brokenRules() counts records and visits that break a rule, of each kind", () => {
  const one: Rule = { kind: "at-most-one", within: "visit", codes: ["A", "B*"] };
  assertEquals(broken(one, [[0, 3], [1], [2, 4]]), [0, 0]);
  assertEquals(broken(one, [[0, 1], [3], [1, 2]]), [1, 2]);
  const inRecord: Rule = { ...one, within: "record" };
  assertEquals(broken(inRecord, [[0], [0, 3], [0]]), [0, 0]); // a record may repeat it
  assertEquals(broken(inRecord, [[0], [3], [1], [2]]), [1, 2]);
  const apart: Rule = {
    kind: "never-together",
    within: "record",
    codes: ["A"],
    with: ["B1", "D*"],
  };
  assertEquals(broken(apart, [[1, 4], [2, 3]]), [0, 0]);
  assertEquals(broken(apart, [[1], [0], [4]]), [1, 2]);
  assertEquals(broken({ ...apart, within: "visit" }, [[1], [0], [4]]), [0, 0]);
  assertEquals(broken({ ...apart, within: "visit" }, [[0, 4]]), [1, 1]);
  const label: Rule = { kind: "label", label: "ill", value: 1, codes: ["A"] };
  assertEquals(broken(label, [[0], [1], [0]]), [1, 2]);
  assertEquals(broken(label, [[0], [1], [0]], { labels: [1, 0] }), [0, 0]);
});

Deno.test("brokenRules() knows sex from the patient, else from a label called so", () => {
  const female: Rule = { kind: "sex", sex: "female", codes: ["A"] };
  assertEquals(broken(female, [[0]]), [0, 0]); // the label "Male" is 0
  assertEquals(broken(female, [[0]], { labels: [0, 1] }), [1, 1]);
  assertEquals(broken(female, [[0]], { sex: 2 }), [1, 1]);
  assertEquals(broken(female, [[0]], { sex: 1, labels: [0, 1] }), [0, 0]);
});

Deno.test("brokenRules() holds codes of the two sexes apart where sex is unknown", () => {
  const unnamed = { ...known, labelNames: [] };
  const rules = rulesFor([
    { kind: "sex", sex: "female", codes: ["A"] },
    { kind: "sex", sex: "male", codes: ["C"] },
  ], unnamed);
  const counts = (visits: number[][], sex?: number) =>
    brokenRules(cohortOf(unnamed.vocabulary, [], [{ visits, labels: [], sex }]), rules)
      .map(({ visits }) => visits);
  assertEquals(counts([[0], [0, 1], [1]]), [0, 0]);
  assertEquals(counts([[0], [1], [3]]), [1, 1]);
  assertEquals(counts([[0], [1], [3]], 1), [0, 1]);
  assertEquals(counts([[0], [1], [3]], 2), [1, 0]);
});

Deno.test("brokenRules() takes ages in completed years, where they are known", () => {
  const young: Rule = { kind: "age", min: 1, max: 2, codes: ["A"] };
  const visits = [[0], [0], [0], [0]];
  const gapDays = [0, 366, 700, 31]; // to 0, 1, 2 and 3 completed years
  assertEquals(broken(young, visits, { startDay: 100, birthDay: 100, gapDays }), [1, 2]);
  assertEquals(broken(young, visits, { startDay: 100, gapDays }), [0, 0]);
});

Deno.test("rulesText() writes what parseRules() reads, a rule to each line", () => {
  const rules: Rule[] = [
    { kind: "age", max: 17, codes: ["A"], note: "children" },
    { kind: "never-together", within: "visit", codes: ["A"], with: ["B*"] },
  ];
  assertEquals(rulesText(rules).split("\n").length, 5);
  assertEquals(parseRules(rulesText(rules), known, "rules.json").rules, rules);
  assertEquals(parseRules(rulesText([]), known, "rules.json").rules, []);
});

const one = (rule: Record<string, unknown>) =>
  JSON.stringify({ rules: [{ codes: ["A"], ...rule }] });
const refused: [text: string, message: string][] = [
  ["{", 'Cannot read "rules.json" as JSON: '],
  ["[]", 'Cannot read "rules.json": it has no list of rules, must be { "rules": [{ "kind": '],
  ['{"rules":[3]}', 'Cannot read "rules.json": rule 1 is 3, must be an object'],
  [
    one({ kind: "gender" }),
    'rule 1 has the kind "gender"; known: sex, age, label, at-most-one, never-together',
  ],
  [
    one({ kind: "sex", sex: "female", with: [] }),
    'rule 1 has "with"; known for "sex": kind, codes, note, sex',
  ],
  [one({ kind: "sex", sex: "F" }), 'rule 1 has sex "F", must be "female" or "male"'],
  [one({ kind: "age" }), "rule 1 has neither min nor max"],
  [one({ kind: "age", min: 9, max: 8 }), "rule 1 has min above max"],
  [one({ kind: "age", min: "9" }), 'rule 1 has min "9", must be a number of years'],
  [one({ kind: "at-most-one" }), 'rule 1 has within missing, must be "visit" or "record"'],
  [
    one({ kind: "at-most-one", within: "visit", codes: [] }),
    "rule 1 has codes [], must be a list of codes such as",
  ],
  [
    one({ kind: "never-together", within: "visit", with: "B1" }),
    'rule 1 has with "B1", must be a list of codes such as',
  ],
  [one({ kind: "label", label: "ill", value: "1" }), 'rule 1 has value "1", must be 0 or 1'],
  [
    one({ kind: "label", label: "sick", value: 1 }),
    'Cannot use the rules of "rules.json": rule 1 has the unknown label "sick"; known: ill, Male',
  ],
  [
    one({ kind: "sex", sex: "male", codes: ["A", "E", "X*", "F", "B", "G", "E", "H", "I"] }),
    'Cannot use the rules of "rules.json": the cohort has no code "E", "X*", "F", "B", ' +
    '"G" and 2 more; remove them from the rules (its codes look like "A")',
  ],
];
for (const [text, message] of refused) {
  Deno.test(`parseRules() refuses ${text.slice(0, 60)} in one line`, () => {
    const error = assertThrows(() => parseRules(text, known, "rules.json"), Error, message);
    assert(!error.message.includes("\n"));
  });
}

Deno.test("learnedRules() takes what is never together against all odds, in the training split only", () => {
  // 0 and 1 are in half of the records each, never together; 2 is in half of all; 3 and 4 are rare
  const draws = random(1);
  const records = Array.from({ length: 400 }, (_, i): RecordLists => ({
    visits: [
      [i % 2, ...draws.uniform() < 0.5 ? [2] : []],
      i % 100 === 0 ? [3] : i % 90 === 1 ? [4] : [],
    ],
    labels: [],
    split: 0,
  }));
  const held: RecordLists = { visits: [[0], [1]], labels: [], split: 2 };
  const cohort = cohortOf(vocabulary(["A", "B", "C", "D", "E"]), [], [...records, held]);
  const rules = learnedRules(cohort);
  assertEquals(rules, [{
    kind: "never-together",
    within: "record",
    codes: ["A"],
    with: ["B"],
    note: "A / B: 100.0 records expected, none seen",
  }]);
  assertEquals(brokenRules(cohort, rulesFor(rules, cohort))[0].records, 1); // the one held out
  // D is expected twice with B; E three times with A
  assertEquals(learnedRules(cohort, { expected: 2 }).map((rule) => rule.note), [
    "A / B: 100.0 records expected, none seen",
    "A / E: 2.5 records expected, none seen",
    "B / D: 2.0 records expected, none seen",
  ]);
  const visits = learnedRules(cohort, { within: "visit" });
  assertEquals(visits.map(({ codes }) => codes), [["A"]]);
  assertThrows(() => learnedRules(cohort, { expected: 0 }), RangeError, "must be above 0");
});

Deno.test("learnedRules() by default takes what ln(20 × 3 pairs) = 4.09 records would hold, no less", () => {
  // of 100 records all have C, 20 have B, others A; were A and B independent, A × 20 / 100 had both
  const rulesWith = (a: number) => {
    const codesOf = (i: number) => i < 20 ? [1, 2] : i < 20 + a ? [0, 2] : [2];
    const records = Array.from({ length: 100 }, (_, i) => ({ visits: [codesOf(i)], labels: [] }));
    return learnedRules(cohortOf(vocabulary(["A", "B", "C", "D"]), [], records));
  };
  assertEquals(rulesWith(20), []); // 4.0 expected
  assertEquals(rulesWith(21).map(({ note }) => note), [
    "A / B: 4.2 records expected, none seen",
  ]);
});

Deno.test("learnedRules() takes nothing of independent codes", () => {
  const draws = random(4);
  const records = Array.from({ length: 2000 }, (): RecordLists => ({
    visits: [Array.from({ length: 60 }, (_, code) => code).filter(() => draws.uniform() < 0.05)],
    labels: [],
  }));
  const names = Array.from({ length: 60 }, (_, code) => `${code}`);
  const cohort = cohortOf(vocabulary(names), [], records);
  assertEquals(learnedRules(cohort), []);
  assert(learnedRules(cohort, { expected: 1 }).length > 0); // 5 expected, now and then none
});
