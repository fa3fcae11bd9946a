/** @jsxImportSource preact */
/**
 * The report's section on test metrics of the model.
 *
 * @module
 */
import { tooLongInWords } from "../../evaluate/likelihood/likelihood.ts";
import type { Estimate } from "../../evaluate/bootstrap.ts";
import type { Likelihood } from "../../evaluate/report.ts";
import { Table } from "./page_parts.tsx";
import { counted } from "../../in_words.ts";

/** A number of five digits; "5.03 × 10¹²" from a million on. */
function large(value: number): string {
  if (value < 1e6) return Number(value.toPrecision(5)).toString();
  const [digits, exponent] = value.toExponential(2).split("e+");
  return `${digits} × 10${[...exponent].map((digit) => "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)]).join("")}`;
}

/** The test metrics. */
export function LikelihoodSection({ likelihood }: { likelihood: Likelihood }) {
  const { nll_is_bound, bce, precision, recall, f1, accuracy, perplexity_per_cell } = likelihood;
  const [nll, low, high] = (["nll_per_visit", "nll_per_visit_low", "nll_per_visit_high"] as const)
    .map((end) => likelihood[end].toFixed(3));
  const most = nll_is_bound ? "≤ " : "";
  const nats = (found: Estimate | undefined) =>
    found &&
    `${most}${found.value.toFixed(3)} (${found.low.toFixed(3)} to ${found.high.toFixed(3)})`;
  const figures: [name: string, value: string | undefined, meaning: string][] = [
    [
      "Test loss (negative log-likelihood, nats per visit)",
      `${most}${nll} (${low} to ${high})`,
      "how surprising a real visit is to the model; lower is better",
    ],
    [
      "Test loss with the codes that were left out",
      nats(likelihood.nll_per_visit_with_unseen),
      "the same, with the codes that are not in the training records",
    ],
    [
      "Loss of waits (nats per visit after the first)",
      nats(likelihood.nll_per_wait),
      "how surprising the days from a visit to the next are, by their density per day",
    ],
    [
      "Test loss with waits (nats per visit)",
      nats(likelihood.nll_per_visit_with_waits),
      "the test loss with the days between visits, at this density instead of any bins",
    ],
    ["Binary cross-entropy", bce?.toPrecision(4), "the same, per cell (one code in one visit)"],
    [
      "Perplexity per code",
      most + likelihood.perplexity_per_code.toFixed(3),
      "1 = certain of every code",
    ],
    [
      "Perplexity per visit",
      most + large(likelihood.perplexity_per_visit),
      "exp of the test loss",
    ],
    ["Perplexity per cell", perplexity_per_cell?.toFixed(5), "exp of the mean loss per cell"],
    ["Precision", precision?.toFixed(3), "share of the predicted codes that occurred"],
    ["Recall", recall?.toFixed(3), "share of the codes that occurred that were predicted"],
    ["F1", f1?.toFixed(3), "harmonic mean of precision and recall"],
    ["Accuracy", accuracy?.toFixed(5), "high for any model, since most codes are absent"],
  ];
  const rows = figures.filter(([, value]) => value !== undefined);
  return (
    <section aria-labelledby="likelihood">
      <h2 id="likelihood">How well does the model predict real records?</h2>
      <p>
        These figures describe the model itself, on real test records that it never saw.
        {likelihood.unseen_code_occurrences > 0 &&
          ` ${
              counted(likelihood.unseen_code_occurrences)
            } occurrences of codes that are not in the ` +
            "training records are left out."}
        {likelihood.too_long && ` ${tooLongInWords(likelihood.too_long)}.`}
        {nll_is_bound &&
          " The model gives only a bound: figures with ≤ are upper bounds."}
      </p>
      <Table caption="On the real test split" columns={["Measure", "Value", "Meaning"]}>
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
