import type { Result } from "./answer.ts";

/** What the headline figures are taken from. */
interface Judged {
  readonly r2?: number | null;
}

/** The headline figures of a report or of a compared model, as `--json` shows them. */
export function headline(
  fidelity:
    | { unigram?: Judged; same_visit_bigram?: Judged; sequential_bigram?: Judged }
    | undefined,
  likelihood: { nll_per_visit: number; nll_is_bound: boolean } | null | undefined,
): Result {
  const { unigram, same_visit_bigram, sequential_bigram } = fidelity ?? {};
  const r2 = { unigram, same_visit_bigram, sequential_bigram };
  const { nll_per_visit = null, nll_is_bound = null } = likelihood ?? {};
  return {
    r2: Object.fromEntries(
      Object.entries(r2).map(([name, figures]) => [name, figures?.r2 ?? null]),
    ),
    nll_per_visit,
    nll_is_bound,
  };
}
