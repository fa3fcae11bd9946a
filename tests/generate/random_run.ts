/**
 * Models with random weights, and what they are to draw by their definition.
 *
 * @module
 */
import { cohortOf, type Run, vocabulary } from "ehrloom";
import type { ModelConfig } from "ehrloom/models/interface/settings.ts";
import { gradientModelOf, modelFamily } from "ehrloom/models/mod.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import type { NamedArrays } from "ehrloom/nn/parameters.ts";
import { random } from "ehrloom/random.ts";

/** Sizes of a HALO. */
export interface Sizes {
  codes: number;
  labels: number;
  context: number;
  width: number;
}

/** A network of that name with the parameters that it begins training with. */
export function untrainedRun(
  model: string,
  { codes, labels, context, width }: Sizes,
  seed: number,
  set: ModelConfig = {},
): Run {
  const names = vocabulary(Array.from({ length: codes }, (_, code) => `code ${code}`));
  const labelNames = Array.from({ length: labels }, (_, label) => `label ${label}`);
  const settings = { width, layers: 2, heads: 2, context, ...set };
  const config = modelFamily(model).configFor(cohortOf(names, labelNames, []), settings);
  return {
    runConfig: {
      ehrloom: "test",
      model,
      config,
      training: {
        epochs: 1,
        minutes: 0,
        batch: 1,
        learningRate: 0,
        schedule: "constant",
        warmup: 0,
        patience: 1,
        seed,
        workers: 1,
        averageWeights: 0,
        steps: 0,
        minCell: 10,
      },
      cohort: "",
      versions: {},
    },
    parameters: drawn(gradientModelOf(model, config).initial, random(seed)),
    vocabulary: names,
    labelNames,
    training: [],
  };
}

/**
 * A HALO whose codes depend strongly on each other, as those of a trained one do: the head's random
 * weights are made larger, and its bias makes a column as likely as wanted. It sees no more than the
 * original.
 */
export function randomRun(sizes: Sizes, seed: number, logit: (column: number) => number): Run {
  const run = untrainedRun("halo", sizes, seed, { labelsInHead: false, codesSoFar: false });
  const { parameters } = run;
  for (const name of ["ehr_head.auto1.weight", "ehr_head.auto2.weight"]) {
    const { numbers } = parameters[name];
    numbers.forEach((value, i) => numbers[i] = 4 * value);
  }
  const bias = parameters["ehr_head.auto2.bias"].numbers;
  for (let column = 0; column < bias.length - sizes.width; column++) {
    bias[sizes.width - 1 + column] = logit(column);
  }
  return run;
}

/** A row of the head, column by column, in float64, by the head's definition. */
export class LiteralHead {
  private readonly width: number;
  private readonly size: number;
  /** Number of columns of a row. */
  readonly columns: number;

  constructor(private readonly parameters: NamedArrays) {
    this.size = parameters["ehr_head.auto1.bias"].numbers.length;
    this.columns = parameters["transformer.vis_embed_mat.weight"].shape[1];
    this.width = this.size - this.columns;
  }

  /** The probability that a column is on, given the history and the columns on before it. */
  probability(history: ArrayLike<number>, on: ReadonlySet<number>, column: number): number {
    const { width, size, parameters } = this;
    const weight = (layer: number) => parameters[`ehr_head.auto${layer}.weight`].numbers;
    const bias = (layer: number) => parameters[`ehr_head.auto${layer}.bias`].numbers;
    const output = width - 1 + column;
    let logit = bias(2)[output];
    for (let unit = 0; unit <= output; unit++) {
      let sum = bias(1)[unit];
      for (let i = 0; i <= Math.min(unit, width - 1); i++) {
        sum += weight(1)[unit * size + i] * history[i];
      }
      for (const code of on) {
        if (width + code <= unit) sum += weight(1)[unit * size + width + code];
      }
      logit += weight(2)[output * size + unit] * Math.max(0, sum);
    }
    return 1 / (1 + Math.exp(-logit));
  }

  /**
   * Draws a row code by code: on where the column's uniform number is below its probability.
   *
   * @param uniforms [columns]; one so close to the probability that float32 may decide otherwise is
   * moved away from it
   * @param margin what counts as so close; 0 where uniforms are not to be moved
   * @param isOff says which columns stay off given the earlier ones
   */
  draw(
    history: ArrayLike<number>,
    uniforms: Float32Array,
    isOff: (column: number, on: ReadonlySet<number>) => boolean = () => false,
    margin = 1e-4,
  ): number[] {
    const on = new Set<number>();
    for (let column = 0; column < this.columns; column++) {
      const p = this.probability(history, on, column);
      if (Math.abs(uniforms[column] - p) < margin) uniforms[column] = p < 0.5 ? p + 0.01 : p - 0.01;
      if (uniforms[column] < p && !isOff(column, on)) on.add(column);
    }
    return [...on];
  }

  /** The probability of a row whose columns up to `columns - 1` are those given. */
  rowProbability(history: ArrayLike<number>, row: ReadonlySet<number>, columns: number): number {
    let product = 1;
    const before = new Set<number>();
    for (let column = 0; column < columns; column++) {
      const p = this.probability(history, before, column);
      product *= row.has(column) ? p : 1 - p;
      if (row.has(column)) before.add(column);
    }
    return product;
  }
}

/** What a chi-square of so many degrees of freedom exceeds once in 10,000 (Wilson & Hilferty). */
export function chiSquareLimit(degrees: number): number {
  const spread = 2 / (9 * degrees);
  return degrees * (1 - spread + 3.719 * Math.sqrt(spread)) ** 3;
}

/**
 * Pearson's chi-square of counts against probabilities; states that are expected fewer than five
 * times count as one.
 */
export function chiSquare(
  counts: ArrayLike<number>,
  probabilities: ArrayLike<number>,
): { chiSquare: number; degrees: number } {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i];
  let rareCount = 0;
  let rareExpected = 0;
  let sum = 0;
  let cells = 0;
  const add = (count: number, expected: number) => {
    sum += (count - expected) ** 2 / expected;
    cells++;
  };
  for (let i = 0; i < counts.length; i++) {
    const expected = probabilities[i] * total;
    if (expected >= 5) add(counts[i], expected);
    else {
      rareCount += counts[i];
      rareExpected += expected;
    }
  }
  if (rareExpected > 0) add(rareCount, rareExpected);
  return { chiSquare: sum, degrees: cells - 1 };
}
