/**
 * The finite automaton of SynEHRgy's sequences: which tokens may come next, so that whatever is
 * drawn is a record, and one that ends. A token may come only if what then must still be said fits
 * into the rest of the context.
 *
 * @see docs/specs/synehrgy.md section 7
 * @module
 */
import { type Block, isIn } from "../numbers/blocks.ts";
import { type Layout, measurementOf } from "./stay_tokens.ts";

/** Where in a record the next token stands. */
type Place =
  | "labels"
  | "age"
  | "sex"
  | "end of covariates"
  | "codes"
  | "rows"
  | "row"
  | "end of stay"
  | "between stays"
  | "end";

/** Says, token by token, how a record may continue. */
export interface Grammar {
  /** Whether the record has ended. */
  readonly hasEnded: boolean;
  /** The token that continues without a code or measurement, where a stay might need one. */
  readonly closing: number | undefined;
  /** [tokens] 1 where a token may not come next; the same array each time. */
  forbidden(): Uint8Array;
  /** Continues with a token that may come. */
  read(token: number): void;
  /** Continues after a whole visit: what the stay still tells comes later. */
  endVisit(): void;
}

/** What is said of the record and of its stay so far. */
interface State {
  place: Place;
  stays: number;
  /** Labels that are always said, as far as they are. */
  outcomes: number;
  /** The least label that may be said. */
  label: number;
  /** Bin of the stay before, -1 where its age is unknown. */
  age: number;
  sex: number;
  /** The least code that may come; in the published form they come in any order. */
  code: number;
  hasCodes: boolean;
  /** Whether it has to have codes, or else would be a row of the stay before. */
  isNear: boolean;
  rows: number;
  /** The least variable that may come in the row. */
  variable: number;
}

const start: State = {
  place: "labels",
  stays: 0,
  outcomes: 0,
  label: 0,
  age: -1,
  sex: -1,
  code: 0,
  hasCodes: false,
  isNear: false,
  rows: 0,
  variable: 0,
};

/** Where a stay begins. */
function stayPlace({ ages, sexes }: Layout): Place {
  return ages.count > 0 ? "age" : sexes.count > 0 ? "sex" : "end of covariates";
}

/** The state after a token that may come. */
function after(layout: Layout, state: State, token: number): State {
  const { ages, sexes, labels, outcomes, isPublished } = layout;
  if (isIn(ages, token)) {
    const place = sexes.count > 0 ? "sex" : "end of covariates";
    return { ...state, place, age: token - ages.from };
  }
  if (isIn(sexes, token)) {
    return { ...state, place: "end of covariates", sex: token - sexes.from };
  }
  if (isIn(outcomes, token)) return { ...state, outcomes: state.outcomes + 1 };
  if (isIn(labels, token)) return { ...state, label: token - labels.from + 1 };
  if (isIn(layout.codes, token)) {
    return { ...state, code: isPublished ? 0 : token - layout.codes.from + 1, hasCodes: true };
  }
  if (isIn(layout.measurements, token)) {
    return { ...state, place: "row", variable: measurementOf(layout, token)[0] + 1 };
  }
  if (isIn(layout.betweenRows, token)) {
    return { ...state, place: "rows", rows: state.rows + 1, variable: 0 };
  }
  if (isIn(layout.betweenStays, token)) {
    return { ...state, place: stayPlace(layout), isNear: !isIn(layout.longAfter, token) };
  }
  switch (token) {
    case layout.endCovariates:
      return { ...state, place: isPublished ? "labels" : "codes" };
    case layout.endLabels:
      return { ...state, place: isPublished ? "codes" : "between stays" };
    case layout.endCodes:
      return { ...state, place: "rows" };
    case layout.endRows:
      return { ...state, place: "end of stay" };
    case layout.endStay:
      return {
        ...start,
        place: "between stays",
        stays: state.stays + 1,
        age: state.age,
        sex: state.sex,
      };
  }
  return { ...state, place: "end" };
}

/** The fewest tokens that a record can be ended by. */
function leastToEnd(layout: Layout, { place, outcomes, hasCodes, rows }: State): number {
  const { ages, sexes, isPublished } = layout;
  const said = layout.outcomes.count / 2 - outcomes;
  const isFilled = isPublished || hasCodes || rows > 0;
  const afterLabels = isPublished ? 4 : 1;
  const covariates = Number(sexes.count > 0) + 1 + (isPublished ? said + 5 : 5);
  switch (place) {
    case "labels":
      return said + 1 + afterLabels;
    case "age":
      return Number(ages.count > 0) + covariates;
    case "sex":
      return covariates;
    case "end of covariates":
      return covariates - Number(sexes.count > 0);
    case "codes": // a code where there is nothing yet
      return isFilled ? 4 : 5;
    case "rows": // a measurement and its time, in the same way
      return isFilled ? 3 : 5;
    case "row":
      return 4;
    case "end of stay":
      return 2;
    case "between stays":
      return 1;
    case "end":
      return 0;
  }
}

/** Runs of tokens that may come next, were there no end to the context. */
function* following(layout: Layout, state: State): Generator<Block> {
  const { codes, measurements, series, ages, sexes, betweenRows, isPublished } = layout;
  const one = (token: number): Block => ({ from: token, count: 1 });
  const beyond = ({ from, count }: Block, first: number): Block => ({
    from: from + first,
    count: count - first,
  });
  const isLater = !isPublished && state.stays > 0;
  switch (state.place) {
    case "labels":
      if (2 * state.outcomes < layout.outcomes.count) {
        yield { from: layout.outcomes.from + 2 * state.outcomes, count: 2 };
      } else {
        yield beyond(layout.labels, state.label);
        yield one(layout.endLabels);
      }
      break;
    case "age": // known in all of a record's stays or in none, and never falling
      if (!isLater || state.age >= 0) yield beyond(ages, isLater ? state.age : 0);
      if (!isLater || state.age < 0) {
        yield* following(layout, {
          ...state,
          place: sexes.count > 0 ? "sex" : "end of covariates",
        });
      }
      break;
    case "sex":
      yield isLater ? one(sexes.from + state.sex) : sexes;
      break;
    case "end of covariates":
      yield one(layout.endCovariates);
      break;
    case "codes":
      yield beyond(codes, state.code);
      if (isPublished || state.hasCodes || series.length > 0 && !state.isNear) {
        yield one(layout.endCodes);
      }
      break;
    case "rows":
      yield measurements;
      if (isPublished || state.hasCodes || state.rows > 0) yield one(layout.endRows);
      break;
    case "row": {
      const later = series[state.variable];
      if (later !== undefined) yield beyond(measurements, later.from - measurements.from);
      if (isPublished) yield betweenRows;
      else if (state.rows > 0) yield beyond(betweenRows, 1); // the first bin is the stay's own time
      else yield state.hasCodes ? betweenRows : one(betweenRows.from);
      break;
    }
    case "end of stay":
      yield one(layout.endStay);
      break;
    case "between stays":
      if (!isPublished && state.stays > 0) yield layout.betweenStays;
      else yield* following(layout, { ...state, place: stayPlace(layout) });
      if (!isPublished || state.stays > 0) yield one(layout.endRecord);
      break;
  }
}

/**
 * Begins to follow a record, after its first token.
 *
 * @param ageBin where given, tells the bin of the age that a later stay begins at, so that ages
 * agree with times; undefined for an age that is not known
 * @param context most tokens of a record, the first included; with room for a stay
 */
export function grammar(
  layout: Layout,
  context: number,
  ageBin?: () => number | undefined,
): Grammar {
  const columns = new Uint8Array(layout.size);
  let state: State = layout.isPublished ? { ...start, place: stayPlace(layout) } : start;
  let left = context - 1;
  const fits = (token: number) => leastToEnd(layout, after(layout, state, token)) < left;
  return {
    get hasEnded() {
      return state.place === "end";
    },
    get closing() {
      const { place } = state;
      return place === "codes" ? layout.endCodes : place === "rows" ? layout.endRows : undefined;
    },
    forbidden() {
      columns.fill(1);
      if (state.place === "age" && state.age >= 0 && ageBin !== undefined && !layout.isPublished) {
        columns[layout.ages.from + (ageBin() ?? state.age)] = 0;
        return columns;
      }
      for (const { from, count } of following(layout, state)) {
        // tokens of a run lead to places alike, so the first decides for all
        if (count > 0 && fits(from)) columns.fill(0, from, from + count);
      }
      return columns;
    },
    read(token) {
      state = after(layout, state, token);
      left--;
    },
    endVisit() {
      if (state.place === "rows") state = { ...state, rows: Math.max(1, state.rows) };
    },
  };
}
