import { assert, assertEquals } from "@std/assert";
import { questionsFor } from "ehrloom/plot/dossier/checklist.ts";
import { remainingRisks } from "ehrloom/plot/dossier/remaining.ts";
import { audited, nothingFound, report, run, sources } from "./fixture.ts";
import { privacyRecord } from "../../evaluate/run_of.ts";

const cohort = {
  patients: { train: 200, validation: 100, test: 1000 },
  visits: 5000,
  events: 9000,
  values: 0,
  codes: 50,
  labels: [],
  rareLabels: 0,
  rareCodes: 4,
  patientsWithRareCodes: 12,
};

function answers(of = sources()): Map<string, string | undefined> {
  return new Map(questionsFor(of).map(({ question, answer }) => [question, answer]));
}

Deno.test("questionsFor() leaves what only the institution knows open, and answers the rest", () => {
  const open = questionsFor(sources()).filter(({ answer }) => answer === undefined);
  assertEquals(open.length, 9);
  for (const word of [/legal basis/, /Who gets it/, /For how long/, /better attack/]) {
    assert(open.some(({ question }) => word.test(question)), String(word));
  }
  const found = answers();
  assertEquals(
    found.get("How many patients are in training, and how many are held out?"),
    "200 in training, 1,000 held out.",
  );
  assertEquals(
    found.get("Can one tell who was in training?"),
    "No attack of 4 found more about training patients than about others. 1 not tried or without " +
      "a figure.",
  );
  assertEquals(
    found.get("Do the checks notice real copies on this cohort?"),
    "Yes: copies are caught, and independent records are not.",
  );
});

Deno.test("questionsFor() answers by the protection, the audit and the sensitive codes there are", () => {
  const protects = "Does training protect each patient by design (differential privacy)?";
  const isAudited = "Was the training audited with artificial records (canaries)?";
  assertEquals([answers().get(protects), answers().get(isAudited)], ["No: plain training.", "No."]);
  const privately = answers(
    sources({ run: run({ privacy: privacyRecord }), report: audited(1) }),
  );
  assertEquals([privately.get(protects), privately.get(isAudited)], ["Yes.", "Yes."]);
  const again = "Can all of it be made again?";
  assertEquals(answers().get(again)?.startsWith("Yes"), true);
  assertEquals(privately.get(again)?.startsWith("Not exactly"), true); // noise that no seed repeats
  assertEquals(
    answers().get("What about the sensitive codes?"),
    "No code was named as sensitive (evaluate --sensitive).",
  );
});

Deno.test("rare patients are counted where the cohort is known, and never below a small cell", () => {
  const stand = "Are there patients who stand out by rare codes?";
  assertEquals(answers().get(stand), "Not known from these files.");
  assertEquals(
    answers(sources({ cohort })).get(stand),
    "4 codes are had by fewer than 10 training patients each; 12 training patients have at least " +
      "one of these.",
  );
  assertEquals(
    answers(sources({ cohort: { ...cohort, patientsWithRareCodes: 9 } })).get(stand),
    "4 codes are had by fewer than 10 training patients each; fewer than 10 training patients " +
      "have at least one of these.",
  );
});

Deno.test("remainingRisks() names what was not tried or gave no figure, and a quick evaluation", () => {
  const { extraction: _, ...others } = nothingFound;
  const risks = remainingRisks(sources({
    report: report({ ...others, membership: null }, { quick: true }),
  }));
  const has = (text: string) => risks.some((sentence) => sentence.includes(text));
  assert(
    has("not tried: membership by shadow models (LiRA) and extraction from the model."),
    risks.join("\n"),
  );
  assert(has("membership by the strongest attack and membership of the most exposed patients."));
  assert(has("a quick one"));
  assert(has("promises nothing"));
  assert(!has("adds up"));
});

Deno.test("remainingRisks() repeats what the run itself says of sharing it", () => {
  const remarks = { sharing: "this run holds the training records: it must not leave" };
  assert(
    remainingRisks(sources({ run: run({ remarks }) }))
      .includes("This run holds the training records: it must not leave."),
  );
});

Deno.test("remainingRisks() says what differential privacy does not do", () => {
  const risks = remainingRisks(sources({ run: run({ privacy: privacyRecord }) }));
  assertEquals(risks[0].includes("a second model of the same patients spends its own ε"), true);
});
