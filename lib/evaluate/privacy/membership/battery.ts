/**
 * Can one tell who was in the training set, by any of several attacks? Members are training records,
 * non-members held-out ones; half of the held-out records are a reference that the attacker has, where
 * there are enough. The whole record of a patient is scored.
 *
 * No attack is best on all data, so the strongest is named, with an interval that counts how many there
 * were. All of it is repeated on the patients who are least like others: averages hide them.
 *
 * Independent marginals are counts of training records, and with many rare codes some of their members
 * can be told (Homer et al. 2008). So their areas may be a little above 0.5, and rightly.
 *
 * @see Carlini et al. 2022; Meeus et al. 2023, on patients at risk
 * @module
 */
import * as v from "valibot";
import { type Cohort, subset } from "../../../cohort/cohort.ts";
import { joined } from "../../../cohort/growing.ts";
import { quantile } from "../../../cohort/quantile.ts";
import { object, whole } from "../../../files/checked_json.ts";
import type { OnProgress } from "../../../progress.ts";
import { type RankedCases, rankedCases } from "../../classification/ranked_cases.ts";
import { auroc } from "../../classification/roc.ts";
import { inTurn } from "../../in_turn.ts";
import { type Answer, type Asked, type Judged, type Measure, shared } from "../../measure.ts";
import { type LeftOut, leftOutSchema } from "../../not_measured.ts";
import { progressInParts } from "../../progress_in_parts.ts";
import { nearest } from "../distances/nearest.ts";
import { codeSets } from "../distances/record_sets.ts";
import { fewestRecords, tooFew } from "../left_out.ts";
import { ratesLeftOut } from "../low_rates.ts";
import { resampledFigures } from "../membership.ts";
import { heldOutOf, sampleOf, shuffled } from "../samples.ts";
import { type Attacks, attacksOn, attacksSchema } from "./attack_figures.ts";
import { distanceScores, medianSpacing, neighbours } from "./distance_scores.ts";
import {
  type EmpiricalEpsilon,
  empiricalEpsilon,
  empiricalEpsilonSchema,
} from "./empirical_epsilon.ts";
import { likelihoodScores } from "./likelihood_scores.ts";

/** What several attacks find out about who was in the training set. */
export interface MembershipBattery {
  /** Synthetic records that attackers have, at most 50,000 of them, at random. */
  records: number;
  /** Real records that attackers have, which are neither members nor non-members. */
  references: number;
  /** On all scored records. */
  all: Attacks | null;
  /**
   * On those farthest from their five nearest training records: the 5% of members, and the non-members
   * that are as far.
   */
  exposed: Attacks | null;
  /** What the scores say about differential privacy. */
  empirical_epsilon: EmpiricalEpsilon | null;
  /** What is not there, and why. */
  left_out: LeftOut[];
}

/** Most training records and most held-out records that are scored. */
const mostScored = 7500;
const mostScoredQuickly = 1000;
/** Most synthetic records. */
const mostRecords = 50_000;
/** Nearest training records by which records are at risk. */
const exposureNeighbours = 5;
/** Share of members that are most exposed. */
const mostExposed = 0.05;

/** The real records of an attack. */
interface Sets {
  readonly members: Cohort;
  readonly nonMembers: Cohort;
  readonly reference?: Cohort | undefined;
}

/** Divides the held-out records, if half of them are enough. */
function setsOf(asked: Asked): Sets {
  const { real, quick, seed } = asked;
  const heldOut = heldOutOf(asked);
  const most = quick ? mostScoredQuickly : mostScored;
  const members = sampleOf(real.cohort, "training", most, seed);
  const half = Math.floor(heldOut.recordCount / 2);
  if (half < fewestRecords) return { members, nonMembers: heldOut };
  const order = shuffled(heldOut, "held_out", seed);
  const taken = (from: number, to: number) =>
    subset(heldOut, order.subarray(from, Math.min(to, from + most)).sort());
  return {
    members,
    reference: taken(0, half),
    nonMembers: taken(half, heldOut.recordCount),
  };
}

const joinedNumbers = (...parts: Float64Array[]) =>
  joined(parts, (length) => new Float64Array(length));

/** Distances of members and then of non-members to their nearest records of a cohort. */
async function distancesTo(
  cohort: Cohort,
  { members, nonMembers }: Sets,
  part: () => OnProgress,
): Promise<Float64Array> {
  const how = { k: neighbours, distance: "jaccard" } as const;
  const own = codeSets(cohort);
  const [ofMembers, ofOthers] = [
    await nearest(codeSets(members), own, { ...how, onProgress: part() }),
    await nearest(codeSets(nonMembers), own, { ...how, onProgress: part() }),
  ];
  return joinedNumbers(ofMembers.distances, ofOthers.distances);
}

/** The same from likelihoods under the run that generated the records; none without a run. */
async function scoresByLikelihood(
  { members, nonMembers, reference }: Sets,
  { real, run, quick }: Asked,
  part: () => OnProgress,
): Promise<{ scores: Map<string, Float64Array>; left_out: LeftOut[] }> {
  const label = "attacks by likelihood";
  const without = (reason: string) => ({ scores: new Map(), left_out: [{ label, reason }] });
  if (run === undefined) return without("no run is known");
  if (quick) return without("only quick measures were asked");
  const sets = { training: real.cohort, scored: [members, nonMembers], reference };
  const found = await likelihoodScores(run, sets, part);
  if (typeof found === "string") return without(found);
  const [ofMembers, ofOthers] = found;
  const scores = new Map(
    [...ofMembers].map(([attack, each]) => [
      attack,
      joinedNumbers(each, ofOthers.get(attack) ?? new Float64Array()),
    ]),
  );
  return { scores, left_out: [] };
}

/** Which records are most exposed: members and then non-members. */
async function exposedRecords(
  { members, nonMembers }: Sets,
  part: () => OnProgress,
): Promise<boolean[]> {
  const own = codeSets(members);
  const how = { k: exposureNeighbours, distance: "jaccard" } as const;
  const distances = joinedNumbers(
    (await nearest(own, own, { ...how, skipped: "self", onProgress: part() })).distances,
    (await nearest(codeSets(nonMembers), own, { ...how, onProgress: part() })).distances,
  );
  const sums = Float64Array.from(
    { length: distances.length / exposureNeighbours },
    (_, i) =>
      distances.subarray(i * exposureNeighbours, (i + 1) * exposureNeighbours)
        .reduce((sum, each) => sum + each, 0),
  );
  const least = quantile(sums.slice(0, members.recordCount).sort(), 1 - mostExposed);
  return Array.from(sums, (sum) => sum >= least);
}

/** What the real records alone say, whatever cohort is asked about. */
const ofRealRecords = shared(async (asked, onProgress) => {
  const sets = setsOf(asked);
  const { reference } = sets;
  const part = progressInParts(onProgress, 5);
  return {
    isExposed: await exposedRecords(sets, part),
    reference: reference && await distancesTo(reference, sets, part),
    bandwidth: reference === undefined ? 1 : await medianSpacing(codeSets(reference), part()),
  };
});

/** Ranks the records that are chosen. */
function casesOf(
  scores: ReadonlyMap<string, Float64Array>,
  members: number,
  isChosen: (record: number) => boolean = () => true,
): Map<string, RankedCases> {
  return new Map(
    [...scores].map(([attack, each]) => {
      const chosen = Uint32Array.from(each.keys()).filter(isChosen);
      const isMember = Uint8Array.from(chosen, (record) => Number(record < members));
      return [attack, rankedCases(Float64Array.from(chosen, (record) => each[record]), isMember)];
    }),
  );
}

/** The attacks on the most exposed records, where there are enough. */
function onExposed(
  scores: ReadonlyMap<string, Float64Array>,
  members: number,
  { isExposed, minCell }: { isExposed: readonly boolean[]; minCell: number | undefined },
): { exposed: Attacks | null; left_out: LeftOut[] } {
  const sizes = {
    "training records among them": isExposed.filter((each, i) => each && i < members).length,
    "non-members among them": isExposed.filter((each, i) => each && i >= members).length,
  };
  const left_out = tooFew("attacks on the most exposed records", sizes);
  if (left_out.length > 0) return { exposed: null, left_out };
  return {
    exposed: attacksOn(casesOf(scores, members, (record) => isExposed[record]), minCell),
    left_out: [],
  };
}

/** [resamples + 1] of the area of each attack and of the strongest one, by its path in the figures. */
function resampledAreas(
  cases: ReadonlyMap<string, RankedCases>,
  strongest: string,
  asked: Asked,
): Record<string, Float64Array> {
  const attacks = [...cases.keys()];
  const [first] = cases.values(); // all attacks score the same records
  const areas = [...cases.values()].map((own) => (weights?: Int32Array) => auroc(own, weights));
  const found = resampledFigures(first, asked, areas);
  return {
    ...Object.fromEntries(attacks.map((attack, i) => [`all.attacks.${attack}.auc`, found[i]])),
    "all.strongest.auc": found[attacks.indexOf(strongest)],
  };
}

const nothing = { all: null, exposed: null, empirical_epsilon: null };

async function answerFor(
  { role, cohort }: Judged,
  asked: Asked,
  part: () => OnProgress,
): Promise<Answer<MembershipBattery>> {
  const sets = setsOf(asked);
  const records = sampleOf(cohort, "other", mostRecords, asked.seed);
  const members = sets.members.recordCount;
  const nonMembers = sets.nonMembers.recordCount;
  const about = { records: records.recordCount, references: sets.reference?.recordCount ?? 0 };
  const few = tooFew("membership", { "training records": members, "non-members": nonMembers });
  if (few.length > 0) return { figures: { ...about, ...nothing, left_out: few }, resampled: {} };
  const { isExposed, ...known } = await ofRealRecords(asked, part());
  const scores = distanceScores({
    ...known,
    synthetic: await distancesTo(records, sets, part),
    counts: { synthetic: about.records, reference: about.references },
  });
  const byLikelihood = role === "synthetic"
    ? await scoresByLikelihood(sets, asked, part)
    : { scores: new Map<string, Float64Array>(), left_out: [] };
  for (const [attack, own] of byLikelihood.scores) scores.set(attack, own);
  const { exposed, left_out } = onExposed(scores, members, { isExposed, minCell: asked.minCell });
  const cases = casesOf(scores, members);
  const halves = new Map(
    [...scores].map(([attack, own]) => [
      attack,
      { members: own.subarray(0, members), nonMembers: own.subarray(members) },
    ]),
  );
  const all = attacksOn(cases, asked.minCell);
  return {
    figures: {
      ...about,
      all,
      exposed,
      empirical_epsilon: empiricalEpsilon(halves, asked),
      left_out: [
        ...ratesLeftOut(nonMembers),
        ...sets.reference === undefined
          ? tooFew("attacks with reference records", { "records for it": about.references })
          : [],
        ...byLikelihood.left_out,
        ...left_out,
      ],
    },
    resampled: resampledAreas(cases, all.strongest.attack, asked),
  };
}

/** Parts of the work on each cohort, at most. */
const parts = 7;

/** Several attacks on membership. */
export const membershipBattery: Measure<"membership", MembershipBattery | null> = {
  key: "membership",
  question: "Can one tell who was in the training set, by the strongest of several attacks?",
  needs: ["held_out"],
  thread: "main",
  of: ["synthetic", "floor", "memoriser"],
  schema: v.nullable(object({
    records: whole(1),
    references: whole(0),
    all: v.nullable(attacksSchema),
    exposed: v.nullable(attacksSchema),
    empirical_epsilon: v.nullable(empiricalEpsilonSchema),
    left_out: leftOutSchema,
  })),
  ask(asked, onProgress) {
    const part = progressInParts(onProgress, parts * asked.others.length);
    return inTurn(asked, (other) => answerFor(other, asked, part));
  },
};
