// Who is ahead, word by word, from paired differences that are written by hand.
import { assertEquals } from "@std/assert";
import type { ComparedModel, Difference } from "ehrloom/evaluate/comparison.ts";
import { contestantsAndFloors, lengthSentences, rankingsOf } from "ehrloom/evaluate/rankings.ts";
import { smallComparison } from "../plot/fixture.ts";

const { comparison } = await smallComparison();
const [template] = comparison.models;

interface Figures {
  readonly loss?: number | null;
  readonly isBound?: boolean;
  readonly codes: number;
  readonly visits?: number;
  /** R² of codes with the seeds 1, 2, …. */
  readonly seeds?: readonly number[];
}

/** A model whose R² of pairs and labels are unknown. */
function compared(model: string, { loss = null, isBound, codes, visits = 0, seeds }: Figures) {
  const none = { r2: null, r2_low: null, r2_high: null, r2_median: null, keys: 0 };
  const means = (value: number) => ({
    ...template.fidelity.aggregate.visits_per_record,
    difference: { value, low: value - 1, high: value + 1 },
  });
  const found: ComparedModel = {
    ...template,
    model,
    likelihood: loss === null || template.likelihood === null ? null : {
      ...template.likelihood,
      nll_per_visit: loss,
      nll_is_bound: isBound ?? false,
    },
    fidelity: {
      ...template.fidelity,
      unigram: { ...none, r2: codes },
      same_visit_bigram: none,
      sequential_bigram: none,
      label_prevalence: { ...none, labels: [] },
      aggregate: { visits_per_record: means(visits), codes_per_visit: means(0) },
      gap_days: null,
    },
    spread: seeds && {
      seeds: seeds.map((_, i) => i + 1),
      figures: { "unigram.r2": { values: seeds, mean: 0, sd: 0 } },
    },
  };
  return found;
}

/** All pairs of models; intervals as wide as given on either side. */
function pairsOf(models: readonly ComparedModel[], half: number): Difference[] {
  const around = (value: number) => ({ value, low: value - half, high: value + half });
  return models.flatMap((of, i) =>
    models.slice(0, i).map((before) => {
      const [own, its] = [of, before].map(({ likelihood }) => likelihood?.nll_per_visit);
      const codes = around((of.fidelity.unigram.r2 ?? NaN) - (before.fidelity.unigram.r2 ?? NaN));
      return {
        model: of.model,
        against: before.model,
        r2: { unigram: codes, same_visit_bigram: null, sequential_bigram: null },
        nll_per_visit: own === undefined || its === undefined ? null : around(own - its),
        figures: { "unigram.r2": codes },
      };
    })
  );
}

/** The rankings of models, with intervals of ±0.05. */
function rankings(...models: ComparedModel[]) {
  return rankingsOf({ about: comparison.about, models, pairs: pairsOf(models, 0.05) });
}

Deno.test("rankingsOf() says who is ahead, and whether all differences exclude 0", () => {
  const found = rankings(
    compared("halo", { loss: 6, codes: 0.9 }),
    compared("gpt", { loss: 5.5, codes: 0.97 }),
    compared("lstm", { loss: 7, codes: 0.8 }),
  );
  assertEquals(found, [
    {
      figure: "nll_per_visit",
      best: ["gpt"],
      sentence:
        "GPT predicts real records best (test loss 5.500); its differences from all other " +
        "models exclude 0.",
    },
    {
      figure: "unigram.r2",
      best: ["gpt"],
      sentence: "GPT leads in codes (R² 0.970); its differences from all other models exclude 0.",
    },
  ]);
});

Deno.test("rankingsOf() names those that sampling variation cannot tell from the best", () => {
  const [loss, codes] = rankings(
    compared("halo", { loss: 5.53, codes: 0.96 }),
    compared("gpt", { loss: 5.5, codes: 0.97 }),
    compared("lstm+wide", { loss: 7, codes: 0.95 }),
  );
  assertEquals(loss.best, ["gpt", "halo"]);
  assertEquals(
    loss.sentence,
    "GPT predicts real records best (test loss 5.500); the difference from HALO could be sampling " +
      "variation, the others exclude 0.",
  );
  assertEquals(codes.best, ["gpt", "halo", "lstm+wide"]);
  assertEquals(
    codes.sentence,
    "GPT leads in codes (R² 0.970); the differences from HALO and LSTM+wide could be sampling " +
      "variation.",
  );
});

Deno.test("rankingsOf() leaves floors and bounds out of the ranks, and says which floors do better", () => {
  const found = rankings(
    compared("halo", { loss: 6, codes: 0.9 }),
    compared("eva", { loss: 1, isBound: true, codes: 0.8 }),
    compared("gpt", { loss: 7, codes: 0.7 }),
    compared("markov", { loss: 5, codes: 0.85 }),
    compared("independent", { codes: 0.999 }),
  );
  assertEquals(found.map(({ best, sentence }) => [best.join(), sentence]), [
    [
      "halo",
      "HALO predicts real records best (test loss 6.000); the difference from the other model " +
      "excludes 0; better floors: Markov (5.000).",
    ],
    [
      "halo",
      "HALO leads in codes (R² 0.900); its differences from all other models exclude 0; better " +
      "floors: Independent draws (0.999).",
    ],
  ]);
  const { contestants, floors } = contestantsAndFloors(["halo", "memoriser", "markov+smooth"]
    .map((model) => ({ model })));
  assertEquals(contestants, [{ model: "halo" }]);
  assertEquals(floors, [{ model: "memoriser" }, { model: "markov+smooth" }]);
});

Deno.test("rankingsOf() says whether the same model leads with every random seed", () => {
  const end = (halo: number[], gpt: number[]) =>
    rankings(
      compared("halo", { codes: halo[0], seeds: halo }),
      compared("gpt", { codes: gpt[0], seeds: gpt }),
    )[0].sentence.split("; ").at(-1);
  assertEquals(end([0.9, 0.8, 0.9], [0.8, 0.7, 0.6]), "it leads with every random seed.");
  assertEquals(
    end([0.9, 0.8, 0.9], [0.8, 0.81, 0.6]),
    "with another random seed another model leads.",
  );
});

Deno.test("rankingsOf() says nothing of a single model", () => {
  assertEquals(rankings(compared("halo", { loss: 6, codes: 0.9 })), []);
});

Deno.test("lengthSentences() sort models into right, too few and too many", () => {
  const models = [
    compared("halo", { codes: 1, visits: 6.1 }),
    compared("gpt", { codes: 1, visits: 0.5 }),
    compared("lstm", { codes: 1, visits: -3 }),
    compared("markov", { codes: 1, visits: -9 }),
  ];
  assertEquals(lengthSentences({ models }), [
    "Visits per record: right with GPT; too few with LSTM (−3.00); too many with HALO (+6.10).",
    "Codes per visit: right with HALO, GPT and LSTM.",
  ]);
});
