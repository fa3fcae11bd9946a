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
import {
  type Arguments,
  type Result,
  runCommand,
  say,
  shellPath,
  UsageError,
} from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

/** Broken rules that are named one by one. */
const named = 20;

await runCommand({
  name: "rules",
  summary:
    "Learn clinical rules from a cohort, or count how often a cohort breaks the rules of a file.",
  options: {
    cohort: {
      value: "DIR",
      help: "Cohort folder; rules are learned from its training split",
      required: true,
      reads: true,
    },
    out: { value: "FILE", help: "Rules file to write: pairs of codes that never occur together" },
    within: {
      value: "record|visit",
      help: "Unit in which they never occur together (default record)",
    },
    expected: {
      value: "N",
      help: "Make a rule of a pair that never occurs although N or more records would have it if " +
        "the codes were independent (default: N that keeps the risk of any false rule below 5%)",
    },
    check: {
      value: "FILE",
      help: "Count how often the cohort breaks the rules of this file (instead of --out)",
    },
    force: { help: "Replace an older result at --out" },
  },
  details: [
    'A rules file: { "rules": [ … ] } with rules such as',
    '  { "kind": "sex", "sex": "female", "codes": ["ICD10CM//O*"] }',
    '  { "kind": "age", "min": 10, "max": 55, "codes": ["ICD10CM//Z34*"] }',
    '  { "kind": "label", "label": "diabetes", "value": 1, "codes": ["E11*"] }',
    '  { "kind": "at-most-one", "within": "visit", "codes": ["low", "high"] }',
    '  { "kind": "never-together", "within": "record", "codes": ["A"], "with": ["B*"] }',
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
    throw new UsageError("give either --out or --check");
  }
  const within = args.choice("within", ["record", "visit"]);
  const expected = args.maybe("expected") && args.number("expected", { min: Number.MIN_VALUE });
  if (check !== undefined && (within ?? expected) !== undefined) {
    throw new UsageError("--within and --expected are not for --check");
  }
  if (check !== undefined) return await checked(args);
  return await args.claim("out", async (out) => {
    const cohort = await readMeds(args.path("cohort"), sayLeftOut);
    const rules = learnedRules(cohort, { within, expected: expected || undefined, onProgress });
    await writeWhole(out, (path) => Deno.writeTextFile(path, rulesText(rules)), {
      force: args.has("force"),
    });
    say(`${rules.length} rules written to ${args.text("out")}`);
    const { splits } = cohort;
    const heldOut = splits &&
      subset(cohort, Array.from(splits.keys()).filter((record) => splits[record] !== 0));
    const broken = heldOut && brokenRules(heldOut, rulesFor(rules, cohort));
    if (broken !== null) sayBroken(broken, `${heldOut?.recordCount} held-out real records`);
    say(
      "Next: read and edit them, then deno task generate --run RUN --count N " +
        `--rules ${shellPath(args.text("out"))} --out DIR`,
    );
    return { out, rules: rules.length, broken_by_held_out: broken && brokenJson(broken) };
  });
});

/** Counts how often the cohort breaks the rules of a file. */
async function checked(args: Arguments): Promise<Result> {
  const cohort = await readMeds(args.path("cohort"), sayLeftOut);
  const rules = await readRules(args.path("check"), cohort);
  const broken = brokenRules(cohort, rules);
  sayBroken(broken, `${cohort.recordCount} records`);
  const ages = Array.from(
    cohort.startDays,
    (day, record) => day - (cohort.demographics?.birthDays[record] ?? NaN),
  );
  const ageless = ages.filter(Number.isNaN).length;
  if (ageless > 0 && rules.rules.some(({ kind }) => kind === "age")) {
    say(`${ageless} records have no age; age rules do not apply to them`);
  }
  return { records: cohort.recordCount, rules: broken.length, broken: brokenJson(broken) };
}

/** What `--json` shows of broken rules: their numbers in the file, from 1. */
function brokenJson(counts: readonly BrokenRule[]) {
  return counts
    .map(({ records, visits }, index) => ({ rule: index + 1, records, visits }))
    .filter(({ visits }) => visits > 0);
}

function sayBroken(counts: readonly BrokenRule[], who: string): void {
  const broken = counts.filter(({ visits }) => visits > 0)
    .sort((a, b) => b.records - a.records);
  if (broken.length === 0) return say(`None of the ${counts.length} rules is broken by ${who}`);
  say(`${broken.length} of ${counts.length} rules are broken by ${who}:`);
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
