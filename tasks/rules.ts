import {
  type BrokenRule,
  brokenRules,
  learnedRules,
  readMeds,
  readRules,
  rulesFor,
  rulesText,
  subset,
  writeWhole,
} from "ehrloom";
import { runCommand, say, shellPath, UsageError } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

/** Broken rules that are named one by one. */
const named = 20;

await runCommand({
  name: "rules",
  summary: "Learn clinical rules from a cohort folder, or count how often it breaks given ones.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder; its training split is learned from",
      required: true,
      reads: true,
    },
    out: { value: "FILE", help: "Rules file to write: pairs of codes that are never together" },
    within: { value: "record|visit", help: "Where codes must not be together (default record)" },
    expected: {
      value: "N",
      help:
        "Expected co-occurrences from which a pair that is never seen becomes a rule (default: " +
        "family-wise error below 5%)",
    },
    check: {
      value: "FILE",
      help: "Check the cohort against this rules file instead of learning rules",
    },
    force: { help: "Replace an older result at FILE" },
  },
  details: [
    'A rules file: { "rules": [ … ] } with rules such as',
    '  { "kind": "sex", "sex": "female", "codes": ["ICD10CM//O*"] }',
    '  { "kind": "age", "min": 10, "max": 55, "codes": ["ICD10CM//Z34*"] }',
    '  { "kind": "label", "label": "diabetes", "value": 1, "codes": ["ICD10CM//E11*"] }',
    '  { "kind": "at-most-one", "within": "visit", "codes": ["BMI//low", "BMI//high"] }',
    '  { "kind": "never-together", "within": "record", "codes": ["A"], "with": ["B", "C*"] }',
    '"A*" stands for all codes that begin with A; each rule may have a "note".',
  ],
  examples: [
    "deno task rules --cohort data/cohort --out data/rules.json",
    "deno task rules --cohort runs/synthetic --check data/rules.json",
    "deno task generate --run runs/halo --count 1000 --rules data/rules.json --out runs/synthetic",
  ],
}, async (args, onProgress) => {
  const check = args.maybe("check");
  if ((check === undefined) === (args.maybe("out") === undefined)) {
    throw new UsageError("one of --out and --check is needed");
  }
  const within = args.choice("within", ["record", "visit"]);
  const expected = args.maybe("expected") && args.number("expected", { min: Number.MIN_VALUE });
  if (check !== undefined && (within ?? expected) !== undefined) {
    throw new UsageError("--within and --expected are of no use with --check");
  }
  if (check !== undefined) {
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const rules = await readRules(args.path("check"), cohort);
    sayBroken(brokenRules(cohort, rules), `${cohort.recordCount} records`);
    const ages = Array.from(
      cohort.startDays,
      (day, record) => day - (cohort.demographics?.birthDays[record] ?? NaN),
    );
    const ageless = ages.filter(Number.isNaN).length;
    if (ageless > 0 && rules.rules.some(({ kind }) => kind === "age")) {
      say(`${ageless} records tell no age: of them rules about ages say nothing`);
    }
    return;
  }
  await args.claim("out", async (out) => {
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const rules = learnedRules(cohort, { within, expected: expected || undefined, onProgress });
    await writeWhole(out, (path) => Deno.writeTextFile(path, rulesText(rules)), {
      force: args.has("force"),
    });
    say(`${rules.length} rules written to ${args.text("out")}`);
    if (cohort.splits !== null) {
      const heldOut = subset(
        cohort,
        Array.from(cohort.splits.keys()).filter((record) => cohort.splits?.[record] !== 0),
      );
      sayBroken(
        brokenRules(heldOut, rulesFor(rules, cohort)),
        `${heldOut.recordCount} real records that were not learned from`,
      );
    }
    say(
      "Read and edit them, then: deno task generate --run RUN --count N " +
        `--rules ${shellPath(args.text("out"))} --out DIR`,
    );
  });
});

function sayBroken(counts: readonly BrokenRule[], who: string): void {
  const broken = counts.filter(({ visits }) => visits > 0)
    .sort((a, b) => b.records - a.records);
  if (broken.length === 0) return say(`None of ${counts.length} rules is broken in ${who}`);
  say(`${broken.length} of ${counts.length} rules are broken in ${who}:`);
  for (const { rule, records, visits } of broken.slice(0, named)) {
    const about = rule.note ??
      [...rule.codes.slice(0, 3), ..."with" in rule ? rule.with : []].join(", ");
    say(
      `  ${counts.findIndex((one) => one.rule === rule) + 1}. ${rule.kind} (${about}): ` +
        `${records} records, ${visits} visits`,
    );
  }
  if (broken.length > named) say(`  and ${broken.length - named} more`);
}
