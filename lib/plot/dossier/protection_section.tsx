/** @jsxImportSource preact */
/**
 * A dossier's section on protection by design, and on what is known to be given away in spite of it.
 *
 * @module
 */
import { percent } from "../../evaluate/summary/words.ts";
import { Facts, Table } from "../report/page_parts.tsx";
import {
  atLeast,
  atMost,
  auditInWords,
  epsilonSpentBy,
  lowerBounds,
  protectionFacts,
  protectionInWords,
} from "./protection.ts";
import type { DossierSources } from "./sources.ts";

function Bounds({ sources }: { sources: DossierSources }) {
  const { run } = sources;
  const record = run.runConfig.privacy;
  const bounds = lowerBounds(sources);
  return (
    <Table
      caption="What is known of ε: at least what was shown, at most what is promised"
      columns={["From", "ε", "Confidence"]}
    >
      {bounds.map(({ from, epsilon, confidence }) => (
        <tr key={from}>
          <th scope="row">{from}</th>
          <td>at least {atLeast(epsilon)}</td>
          <td>{percent(confidence)}</td>
        </tr>
      ))}
      <tr>
        <th scope="row">
          {record === undefined ? "Plain training" : "Differential privacy of the training"}
        </th>
        <td>
          {record === undefined
            ? "no upper bound"
            : `at most ${atMost(epsilonSpentBy(run, record))}`}
        </td>
        <td>{record === undefined ? "" : "proof"}</td>
      </tr>
    </Table>
  );
}

/** What protects the patients. */
export function ProtectionSection({ sources }: { sources: DossierSources }) {
  const { run } = sources;
  return (
    <section aria-labelledby="protection">
      <h2 id="protection">What protects the patients?</h2>
      {protectionInWords(run).map((sentence) => <p key={sentence}>{sentence}</p>)}
      <Facts rows={protectionFacts(run)} />
      <h3>What was shown to be given away</h3>
      {auditInWords(sources).map((sentence) => <p key={sentence}>{sentence}</p>)}
      <Bounds sources={sources} />
      <p class="reading">
        A lower bound of 0 shows nothing: it is no evidence that ε is small.
      </p>
    </section>
  );
}
