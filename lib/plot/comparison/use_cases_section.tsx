/** @jsxImportSource preact */
/**
 * The section of a comparison on how fit models are for each use: scores with ranks, and how each score
 * was made.
 *
 * @module
 */
import type { Comparison } from "../../evaluate/comparison.ts";
import type { UseCaseRanking, UseCaseScore } from "../../evaluate/use_cases.ts";
import { capital } from "../../evaluate/summary/words.ts";
import { listed } from "../../in_words.ts";
import { titleOf } from "../../models/mod.ts";
import { Interval, minus, None, Table } from "../report/page_parts.tsx";
import { ModelRows } from "./model_rows.tsx";

const score = (value: number) => value.toFixed(2);
const end = (value: number | null) => value === null ? <None /> : minus(value.toFixed(3));

/** A model's rank and score; in bold if no other one is ahead of it. */
function ScoreCell({ found }: { found: UseCaseScore | undefined }) {
  const { rank = null, score: own = null, reason } = found ?? {};
  return (
    <td class={rank === 1 ? "strong" : undefined}>
      {rank !== null && `rank ${rank}: `}
      {own !== null && <Interval estimate={own} text={score} />}
      {own !== null && reason !== undefined && " "}
      {reason !== undefined && <span class="note">not ranked</span>}
      {own === null && reason === undefined && <None />}
    </td>
  );
}

/** Why models are not ranked, in a sentence for each use case and reason. */
function reasonsOf({ use_case, models }: UseCaseRanking): string[] {
  const unranked = models.filter(({ reason }) => reason !== undefined);
  const byReason = Map.groupBy(unranked, ({ reason }) => reason);
  return Array.from(
    byReason,
    ([reason, alike]) =>
      `${capital(use_case)}: ${listed(alike.map(({ model }) => titleOf(model)))} ` +
      `${alike.length > 1 ? "are" : "is"} not ranked: ${reason}.`,
  );
}

/** The figures of a score, with their weights and both ends of their scales. */
function ScoreTable({ ranking }: { ranking: UseCaseRanking }) {
  const { use_case, figures, models } = ranking;
  const columns = ["Figure", "Weight", "Counts 0", "Counts 1"];
  return (
    <Table
      caption="Each model's figure on the scale from 0 to 1; the score is their weighted mean"
      label={`How the score for ${use_case} is made`}
      columns={[...columns, ...models.map(({ model }) => titleOf(model))]}
    >
      {figures.map(({ figure, name, weight, counts_0, counts_1, left_out }) => (
        <tr key={figure}>
          <th scope="row">{name}</th>
          <td>{weight}%</td>
          <td>{end(counts_0)}</td>
          <td>{end(counts_1)}</td>
          {left_out === undefined
            ? models.map(({ model, scaled }) => (
              <td key={model}>
                {scaled[figure] === undefined ? <None /> : score(scaled[figure])}
              </td>
            ))
            : (
              <td colSpan={models.length}>
                <span class="note">left out: {left_out}</span>
              </td>
            )}
        </tr>
      ))}
    </Table>
  );
}

/** Scores and ranks; nothing in a comparison without them. */
export function UseCasesSection({ use_cases = [], models, about }: Comparison) {
  if (use_cases.length === 0) return null;
  const columns = ["Model", ...use_cases.map(({ use_case }) => capital(use_case))];
  const reasons = use_cases.flatMap(reasonsOf);
  return (
    <section aria-labelledby="use-cases">
      <h2 id="use-cases">Which model for which use?</h2>
      <p>
        A score is a weighted mean of figures. On its scale, records of independent draws count 0
        and held-out real records 1; for privacy, copies of training records count 0 and attacks
        that find nothing 1. Figures beyond either end count as that end. The weights are a
        judgement, not a finding: they are listed below, and <code>--weights FILE.json</code>{" "}
        states your own.
      </p>
      <Table
        caption={"Rank and score from 0 to 1" +
          (about.resamples > 0
            ? ", with its 95% interval over resamples of patients. A model's rank counts the models " +
              "that are ahead of it by more than sampling variation explains: equal ranks cannot be " +
              "told apart."
            : ".")}
        columns={columns}
      >
        <ModelRows
          models={models}
          columns={columns.length}
          row={({ model }) => (
            <tr key={model}>
              <th scope="row">{titleOf(model)}</th>
              {use_cases.map(({ use_case, models: scores }) => (
                <ScoreCell
                  key={use_case}
                  found={scores.find((each) => each.model === model)}
                />
              ))}
            </tr>
          )}
        />
      </Table>
      {reasons.map((reason) => <p class="reading" key={reason}>{reason}</p>)}
      {use_cases.map((ranking) => (
        <details key={ranking.use_case}>
          <summary>How the score for {ranking.use_case} is made</summary>
          <ScoreTable ranking={ranking} />
        </details>
      ))}
      <p class="reading">
        A score uses the figures that all ranked models have. A figure is left out where the
        intervals of what counts 0 and what counts 1 overlap, since it cannot tell good from bad.
        With more than half the weight missing there is no rank. For release, figures of privacy are
        needed and a copying check without alarm; a high score is no proof of privacy.
      </p>
    </section>
  );
}
