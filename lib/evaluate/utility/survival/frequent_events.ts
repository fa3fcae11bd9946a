/**
 * Which codes are followed: those of which it is least certain whether a patient gets them. Codes that
 * come together, such as the parts of a care plan, would give the same curve several times; only the first
 * of them is followed.
 *
 * @module
 */
import { breathe } from "../../../breathe.ts";
import type { Cohort } from "../../../cohort/cohort.ts";
import { firstVisits } from "./first_events.ts";

/** Codes that are followed. */
const mostCodes = 10;
/** Codes that they are chosen from. */
const mostCandidates = 60;
/** Real patients that must get a code after their first visit. */
export const leastEvents = 10;
/** Share of a code's events, from which it comes together with another one. */
const sameShare = 0.8;

/** Codes by how near to half of those at risk get them after their first visit. */
async function candidatesOf(cohort: Cohort): Promise<number[]> {
  const begun = new Float64Array(cohort.vocabulary.codes.length);
  const initial = new Float64Array(begun.length);
  for (let record = 0; record < cohort.recordCount; record++) {
    for (const [code, visit] of firstVisits(cohort, record)) (visit > 0 ? begun : initial)[code]++;
    if (record % 64 === 0) await breathe();
  }
  const spread = (code: number) =>
    begun[code] * (cohort.recordCount - initial[code] - begun[code] + 1);
  return [...begun.keys()].filter((code) => begun[code] >= leastEvents)
    .sort((a, b) => spread(b) - spread(a) || a - b).slice(0, mostCandidates);
}

/** Whether the events of a code mostly come in the visits of another one's. */
function isSame(of: Uint32Array, other: Uint32Array): boolean {
  let [events, shared] = [0, 0];
  for (let record = 0; record < of.length; record++) {
    if (of[record] === 0) continue;
    events++;
    if (of[record] === other[record]) shared++;
  }
  return shared >= sameShare * events;
}

/** At most ten codes, each got by ten patients or more after their first visit. */
export async function frequentEvents(cohort: Cohort): Promise<number[]> {
  const candidates = await candidatesOf(cohort);
  const visits = candidates.map(() => new Uint32Array(cohort.recordCount)); // 0: no event
  const placeOf = new Map(candidates.map((code, place) => [code, place]));
  for (let record = 0; record < cohort.recordCount; record++) {
    for (const [code, visit] of firstVisits(cohort, record)) {
      const place = placeOf.get(code);
      if (place !== undefined) visits[place][record] = visit;
    }
    if (record % 64 === 0) await breathe();
  }
  const chosen: number[] = [];
  for (const place of candidates.keys()) {
    if (chosen.length === mostCodes) break;
    if (!chosen.some((other) => isSame(visits[place], visits[other]))) chosen.push(place);
  }
  return chosen.map((place) => candidates[place]);
}
