/**
 * All records that a small model may write, each with its probability by the model's definition.
 *
 * @module
 */
import * as tf from "@tensorflow/tfjs-core";
import type { Run } from "ehrloom";
import { type GptConfig, gptHeadInputs, gptHistories, gptLogits } from "ehrloom/models/gpt.ts";
import type { HaloConfig } from "ehrloom/models/halo.ts";
import { visitMemory } from "ehrloom/models/rows/visit_transformer.ts";
import { rowsFrom } from "ehrloom/nn/multi_hot.ts";
import { type NamedTensors, toTensors } from "ehrloom/nn/parameters.ts";
import { withHeadInputs } from "ehrloom/models/tokens/head_inputs.ts";
import { modelOf } from "ehrloom/train/run_folder.ts";
import { LiteralHead } from "./random_run.ts";

/** What may come after some steps, with probabilities; `touched` where the model alone would err. */
export interface Next {
  step: number[];
  probability: number;
  touched: number;
}

/** Says whether a column may not come on, after earlier columns of its step and visits before. */
export type IsOff = (column: number, step: readonly number[], visits: number[][]) => boolean;

/** Probabilities of records and of all ways to spell them, and how many of the draws of visits are touched by what is off. */
export interface Enumerated {
  records: Map<string, number>;
  spellings: Map<string, number>;
  draws: number;
  touched: number;
}

/** Goes through all that may follow the given steps. */
export async function enumerated(
  run: Run,
  given: number[][],
  isOff: IsOff = () => false,
): Promise<Enumerated> {
  const model = modelOf(run.runConfig);
  if ("learn" in model) throw new TypeError("Not a network");
  const parameters = toTensors(run.parameters);
  const sampling = model.sampling(parameters);
  if (sampling.kind !== "steps") throw new TypeError("Not a stepwise model");
  const { codec } = sampling;
  const next = run.runConfig.model === "halo"
    ? nextRows(run, parameters)
    : nextTokens(run, parameters);
  const found: Enumerated = { records: new Map(), spellings: new Map(), draws: 0, touched: 0 };
  const follow = async (steps: number[][], weight: number): Promise<void> => {
    const reader = codec.reader();
    for (const step of steps.slice(1)) reader.read(step);
    if (reader.part === "end" || steps.length === codec.limit) {
      const key = JSON.stringify(reader.visits);
      found.spellings.set(JSON.stringify(steps), weight);
      found.records.set(key, (found.records.get(key) ?? 0) + weight);
      return;
    }
    const visits = reader.visits.map((visit) => [...visit]);
    const isVisit = reader.part === "visits";
    if (isVisit) found.draws += weight;
    const isOffHere: IsOff = isVisit ? isOff : () => false;
    for (const { step, probability, touched } of await next(steps, visits, isOffHere)) {
      if (isVisit) found.touched += weight * touched;
      if (probability > 0) await follow([...steps, step], weight * probability);
    }
  };
  await follow([[...codec.first], ...given], 1);
  sampling.dispose();
  tf.dispose(parameters);
  return found;
}

type NextOf = (steps: number[][], visits: number[][], isOff: IsOff) => Promise<Next[]>;

/** Rows of a HALO: all sets of columns whose probability is not next to nothing. */
function nextRows(run: Run, parameters: NamedTensors): NextOf {
  const head = new LiteralHead(run.parameters);
  return async (steps, visits, isOff) => {
    const memory = visitMemory(run.runConfig.config as HaloConfig, parameters);
    let history = new Float32Array();
    for (const step of steps) {
      const output = memory.advance(rowsFrom([step]));
      history = await output.data() as Float32Array<ArrayBuffer>;
      output.dispose();
    }
    memory.dispose();
    let rows: (Next & { untouched: number })[] = [
      { step: [], probability: 1, touched: 0, untouched: 1 },
    ];
    for (let column = 0; column < head.columns; column++) {
      rows = rows.flatMap(({ step, probability, untouched }) => {
        const p = head.probability(history, new Set(step), column);
        if (isOff(column, step, visits)) {
          return [{ step, probability, touched: 0, untouched: untouched * (1 - p) }];
        }
        return [
          { step, probability: probability * (1 - p), touched: 0, untouched },
          { step: [...step, column], probability: probability * p, touched: 0, untouched },
        ].filter(({ probability }) => probability > 1e-12);
      });
    }
    return rows.map((row) => ({ ...row, touched: row.probability * (1 - row.untouched) }));
  };
}

/** Tokens of a GPT, by the softmax over those that are not off. */
function nextTokens(run: Run, parameters: NamedTensors): NextOf {
  const config = run.runConfig.config as GptConfig;
  return async (steps, visits, isOff) => {
    const logits = tf.tidy(() => {
      const inputs = rowsFrom(steps);
      const history = gptHistories(config, parameters, { inputs, records: 1 });
      return gptLogits(
        parameters,
        withHeadInputs(history, { inputs, records: 1 }, gptHeadInputs(config)),
      );
    });
    const columns = logits.shape[1];
    const numbers = (await logits.data()).slice(-columns);
    logits.dispose();
    const weights = Array.from(numbers, Math.exp);
    const sum = (list: number[]) => list.reduce((sum, x) => sum + x, 0);
    const last = steps[steps.length - 1];
    const allowed = weights.map((weight, token) =>
      isToken(config, steps.flat(), token) && !isOff(token, last, visits) ? weight : 0
    );
    const ruledOut = weights.map((weight, token) =>
      isToken(config, steps.flat(), token) && allowed[token] === 0 ? weight : 0
    );
    return weights.map((_, token) => ({
      step: [token],
      probability: allowed[token] / sum(allowed),
      touched: ruledOut[token] / sum(weights),
    }));
  };
}

/** Whether a token may follow others in a record without labels. */
function isToken({ codes, labels }: GptConfig, tokens: number[], token: number): boolean {
  const [endLabels, endVisit, endRecord] = [1, 2, 3].map((i) => codes + labels + i);
  const last = tokens[tokens.length - 1];
  if (tokens.length === 1) return token === endLabels;
  if (last < codes) return token === endVisit || token > last && token < codes;
  return token < codes || token === endRecord;
}
