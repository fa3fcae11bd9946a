import { type TrueProbabilities, trueProbabilities } from "./true_probabilities.ts";
import type { SimulationModel, TrueFigures, TruePair } from "./truth.ts";

/** Codes whose pairs are listed: the most probable ones. */
const pairedCodes = 50;

/** All pairs of the most probable codes. */
function pairsOf(probability: Readonly<Record<string, number>>, truth: TrueProbabilities) {
  const codes = Object.keys(probability).sort((a, b) => probability[b] - probability[a])
    .slice(0, pairedCodes);
  return codes.flatMap((a, i) =>
    codes.slice(i + 1).map((b): TruePair => ({
      codes: [a, b],
      same_visit: truth.sameVisit(a, b),
      consecutive: truth.consecutive(a, b),
      consecutive_back: truth.consecutive(b, a),
    }))
  );
}

/** What follows from a model. */
export function trueFigures(model: SimulationModel): TrueFigures {
  const truth = trueProbabilities({ model });
  const codes = Object.fromEntries(
    [...model.kinds, ...model.codes].map(({ code }) => [code, truth.code(code)]),
  );
  return {
    visits_per_record: model.visits_mean,
    codes_per_visit: Object.values(codes).reduce((sum, probability) => sum + probability, 0),
    codes,
    topics: Object.fromEntries(model.topics.map(({ name }) => [name, truth.topic(name)])),
    labels: Object.fromEntries(model.labels.map(({ name }) => [name, truth.label(name)])),
    value_means: Object.fromEntries(
      model.codes.filter(({ value }) => value !== undefined)
        .map(({ code }) => [code, truth.valueMean(code)]),
    ),
    pairs: pairsOf(codes, truth),
  };
}
