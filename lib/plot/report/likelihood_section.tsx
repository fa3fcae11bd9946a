/** @jsxImportSource preact */
/**
 * The report's section on test metrics of the model.
 *
 * @module
 */
import type { Likelihood } from "../../evaluate/report.ts";
import { Table, whole } from "./page_parts.tsx";

/** The test metrics. */
export function LikelihoodSection({ likelihood }: { likelihood: Likelihood }) {
  const { nll_is_bound, bce, precision, recall, f1, accuracy, perplexity_per_cell } = likelihood;
  const [nll, low, high] = (["nll_per_visit", "nll_per_visit_low", "nll_per_visit_high"] as const)
    .map((end) => likelihood[end].toFixed(3));
  const most = nll_is_bound ? "≤ " : "";
  const figures: [name: string, value: string | undefined, meaning: string][] = [
    [
      "Negative log-likelihood per visit (nats)",
      `${most}${nll} (${low} to ${high})`,
      "how surprising a real visit is to the model; lower is better",
    ],
    ["Binary cross-entropy", bce?.toPrecision(4), "the same, per code and visit"],
    [
      "Perplexity per code",
      most + likelihood.perplexity_per_code.toFixed(3),
      "1 would be certainty",
    ],
    [
      "Perplexity per visit",
      most + Number(likelihood.perplexity_per_visit.toPrecision(5)).toString(),
      "",
    ],
    ["Perplexity per cell", perplexity_per_cell?.toFixed(5), ""],
    ["Precision", precision?.toFixed(3), "of the codes it calls likely, how many came"],
    ["Recall", recall?.toFixed(3), "of the codes that came, how many it called likely"],
    ["F1", f1?.toFixed(3), "precision and recall in one"],
    ["Accuracy", accuracy?.toFixed(5), "high for any model, since most codes are absent"],
  ];
  const rows = figures.filter(([, value]) => value !== undefined);
  return (
    <section aria-labelledby="likelihood">
      <h2 id="likelihood">How well does the model foresee real records?</h2>
      <p>
        These figures are of the model itself, on real test records that it never saw.
        {likelihood.unseen_code_occurrences > 0 &&
          ` ${
              whole(likelihood.unseen_code_occurrences)
            } occurrences of codes that training never ` +
            "saw are left out."}
        {nll_is_bound &&
          " The model bounds the probability of a record: figures with ≤ are at most what they say."}
      </p>
      <Table caption="On the real test split" columns={["Measure", "Value", ""]}>
        {rows.map(([name, value, meaning]) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            <td>{value}</td>
            <td class="soft">{meaning}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
