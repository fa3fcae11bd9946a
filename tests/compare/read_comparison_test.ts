// What a comparison's folder keeps is checked before it is gone on with.
import { assert, assertEquals, assertRejects } from "@std/assert";
import { compare } from "ehrloom/compare/compare.ts";
import { readJudgement } from "ehrloom/compare/read_comparison.ts";
import { toJson } from "ehrloom/evaluate/comparison.ts";
import { useBackend } from "ehrloom/nn/backend.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { copy, filesOf } from "../reliability/scenarios.ts";
import { tinyCohort } from "../tiny.ts";

await useBackend("cpu");

const source = tinyCohort(40);
const options = { models: ["markov"], resamples: 3 };
const judgement = "models/markov/judgement.json";

const contents = (folder: string) =>
  filesOf(folder).map((file) => [file, Deno.readTextFileSync(file)]);

/** What becomes of a file's text, and what is said of the file then. */
const damages: [file: string, change: (text: string) => string, says: string][] = [
  ...["plan.json", "ceiling.json", judgement].flatMap((file) =>
    ["null", "7", '"x"', "[]"].map((text): [string, () => string, string] => [
      file,
      () => text,
      text === "[]" ? "it has no " : "it is not a ",
    ])
  ),
  ["plan.json", () => "{}", "it has no cohort, so it is not a comparison's plan"],
  [
    "plan.json",
    (text) => text.replace(/"resamples": 3/, '"resamples": "3"'),
    'resamples is "3", must',
  ],
  [
    "plan.json",
    (text) => text.replace(/"epochs": \d+/, '"epochs": 1e999'),
    "training.epochs is Infinity",
  ],
  [judgement, () => "[".repeat(1e6), "it has more than 100 nested brackets"],
  ["plan.json", (text) => text.slice(0, 40), "Unterminated string in JSON"],
  ["ceiling.json", () => "{}", "it has no unigram, so it is not a comparison's ceiling"],
  [
    "ceiling.json",
    (text) => text.replace(/"r2_low": [^,]+/, '"r2_low": "high"'),
    'unigram.r2_low is "high", must be a number',
  ],
  [judgement, () => "{}", "it has no model, so it is not a model's judgement"],
  [
    judgement,
    (text) => text.replace(/"r2_median": [^,]+,/, ""),
    "it has no fidelity.unigram.r2_median, so it is not a model's judgement",
  ],
  [
    judgement,
    (text) => text.replace(/"best_epoch": 0/, '"best_epoch": -1'),
    "best_epoch is -1, must be a whole number, at least 0",
  ],
  [
    judgement,
    (text) => text.replace(/"model": "markov"/, '"model": "halo"'),
    'model is "halo", must be "markov"',
  ],
  [
    judgement,
    (text) => text.replace(/("nll": \[\s*)[^,]+,/, "$1"),
    "resampled nll has 3 figures, must have 4",
  ],
  ["models/markov/run/config.json", () => "null", "it is not a run's config"],
  [
    "models/markov/run/config.json",
    (text) => text.replace(/"smoothing": [^,\n]+/, '"smoothing": "much"'),
    'config.smoothing is "much", must be a number',
  ],
];

Deno.test("compare() names a file that is no longer what it kept, and changes nothing", () =>
  inFolder(async (folder) => {
    const good = join(folder, "good");
    await compare(source, good, options);
    for (const [index, [file, change, says]] of damages.entries()) {
      const spoilt = join(folder, `${index}`);
      copy(good, spoilt);
      const path = join(spoilt, file);
      const text = await Deno.readTextFile(path);
      await Deno.writeTextFile(path, change(text));
      assert(change(text) !== text, `${index}: ${file}`);
      const before = contents(spoilt);
      const error = await assertRejects(() => compare(source, spoilt, options), SyntaxError);
      assert(error.message.startsWith(`Cannot read "${path}"`), error.message);
      assert(error.message.includes(`: ${says}`), error.message);
      assertEquals(contents(spoilt), before);
    }
    await compare(source, good, options); // as it is, it goes on
    const found = await readJudgement(join(good, judgement), "markov", 3);
    assertEquals(toJson(found), await Deno.readTextFile(join(good, judgement)));
  }));
