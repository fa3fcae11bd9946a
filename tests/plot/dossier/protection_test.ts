import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  atLeast,
  atMost,
  auditInWords,
  contradictionOf,
  epsilonSpentBy,
  lowerBounds,
  protectionFacts,
  protectionInWords,
} from "ehrloom/plot/dossier/protection.ts";
import type { Run, TrainingLine } from "ehrloom/train/run_folder.ts";
import { audited, nothingFound, report, run } from "./fixture.ts";
import { privacyRecord } from "../../evaluate/run_of.ts";

const privateRun = run({ privacy: privacyRecord });

/** A run after so many steps, whose last line may say what was spent. */
function after(steps: number, more: object = {}): Run {
  const line: TrainingLine = {
    epoch: 1,
    step: steps,
    train_loss: 1,
    validation_loss: 1,
    learning_rate: 1e-3,
    gradient_norm: 1,
    seconds: 1,
    best: true,
    ...more,
  };
  return { ...privateRun, training: [line] };
}

Deno.test("plain training protects by nothing, and says so", () => {
  assertEquals(run().runConfig.privacy, undefined);
  const [first] = protectionInWords(run());
  assertEquals(first, "None by design: the model was trained without differential privacy.");
  assertEquals(protectionFacts(run()), [["Differential privacy", "none (plain training)"]]);
});

Deno.test("epsilonSpentBy() is what the last epoch says, and before the first what is allowed", () => {
  assertEquals(epsilonSpentBy(after(300, { epsilon: 1.25 }), privacyRecord), 1.25);
  assertEquals(epsilonSpentBy(privateRun, privacyRecord), 2);
});

Deno.test("a promise is told without the word epsilon: by its factor and by how sure one can be", () => {
  const words = protectionInWords(after(10, { epsilon: Math.log(3) })).join(" ");
  // e^ε is 3, and a coin's 1 : 1 becomes 3 : 1
  assertStringIncludes(
    words,
    "by at most the factor 3.00, apart from a probability of about 1 in 100,000",
  );
  assertStringIncludes(words, "can be at most 75% sure afterwards");
  assertStringIncludes(words, "each of the 200 training patients");
  assertStringIncludes(words, "The vocabulary is taken as public.");
  assertStringIncludes(words, "cryptographic generator, so nobody can compute it again");
});

Deno.test("a promise that leaves an attacker nearly certain is called weak, and canaries are no patients", () => {
  const of = (epsilon: number) => protectionInWords(after(10, { epsilon })).join(" ");
  // e^8 is 2,980.96, and e^8 : 1 is 99.966%
  const strong = of(2);
  assertEquals([strong.includes("a weak promise"), strong.includes("canaries")], [false, false]);
  const weak = of(8);
  assertStringIncludes(weak, "by at most the factor 2,981, apart");
  assertStringIncludes(weak, "can be at most 99.97% sure afterwards");
  assertStringIncludes(weak, "In the worst case that is a weak promise.");
  const audited = run({ privacy: privacyRecord, canaries: { count: 64, sha256: "" } });
  assertStringIncludes(protectionInWords(audited)[0], "200 training patients, artificial ones");
});

Deno.test("bounds are rounded to the safe side: those from above up, those from below down", () => {
  assertEquals([atMost(1.001), atMost(1), atLeast(1.009), atLeast(1)], [
    "1.01",
    "1.00",
    "1.00",
    "1.00",
  ]);
});

Deno.test("noise from the random seed of the training is told once, and secure noise as what it is", () => {
  const told = "Batches and noise come from random seed 1: whoever knows it can compute the noise";
  const words = (noiseSource: "seeded" | "secure", notCovered: string[]) =>
    protectionInWords(run({ privacy: { ...privacyRecord, noiseSource, notCovered } })).join(" ");
  const seeded = words("seeded", [told]);
  assertEquals(seeded.match(/noise/g)?.length, 2);
  assertStringIncludes(seeded, `${told}.`);
  assertStringIncludes(words("secure", []), "nobody can compute it again");
});

Deno.test("lowerBounds() has the audit and the strongest attack, each with its confidence", () => {
  assertEquals(lowerBounds({ report: audited(1.5) }), [
    {
      from: "Audit: 19 of 20 guesses about 64 artificial records (canaries) were right",
      epsilon: 1.5,
      delta: 1e-5,
      confidence: 0.95,
    },
    {
      from: "Attack on membership: closest record",
      epsilon: 0,
      delta: 1e-5,
      confidence: 0.95,
    },
  ]);
});

Deno.test("a lower bound above the promise is a contradiction, unless it allows less δ", () => {
  const spent = after(10, { epsilon: 1 });
  const by = (lower_bound: number, delta = 1e-5) => ({
    run: spent,
    report: audited(lower_bound, { delta }),
  });
  assertEquals(contradictionOf(by(0.9)), undefined);
  assertEquals(contradictionOf(by(1.1))?.promised, 1);
  assertEquals(contradictionOf(by(1.1, 1e-7)), undefined);
  assertEquals(contradictionOf({ ...by(9), run: run() }), undefined); // nothing was promised
  const words = auditInWords(by(1.1));
  assertStringIncludes(words[0], "ε is at least 1.10, with a confidence of 95.0%");
  assertStringIncludes(words[1], "Do not release anything before it is understood");
  assertEquals(auditInWords(by(0.9)).length, 1);
});

Deno.test("auditInWords() says that there was no audit, and that a bound of 0 proves nothing", () => {
  const plain = { run: run(), report: report(nothingFound) };
  assertStringIncludes(auditInWords(plain)[0], "Not audited");
  assertStringIncludes(auditInWords({ ...plain, report: audited(0) })[0], "That is no proof");
  const unasked = { ...plain, run: run({ canaries: { count: 64, sha256: "" } }) };
  assertStringIncludes(auditInWords(unasked)[0], "the run has 64 artificial records (canaries)");
  const unread = { ...plain, report: audited(0, { guesses: 0, right: 0 }) };
  assertStringIncludes(auditInWords(unread)[0], "the model reads too few of the canaries");
});
