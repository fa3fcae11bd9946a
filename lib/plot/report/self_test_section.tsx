/** @jsxImportSource preact */
/**
 * The section that tests the checks of privacy themselves: copies must be caught, and independent
 * records must not.
 *
 * @module
 */
import { type SelfTest, selfTestOf } from "../../evaluate/privacy/self_test.ts";
import type { StoredReport } from "../../evaluate/read_report.ts";
import type { PartialReport } from "../../evaluate/report.ts";
import { Table } from "./page_parts.tsx";

const outcomes = new Map([[true, "yes"], [false, "no"], [null, "not estimable"]]);

function verdict({ passed }: SelfTest): string {
  if (passed === null) return "This cannot be told from so few records.";
  return passed
    ? "Yes: copies are caught, and independent records are not."
    : "No: do not rely on the figures of privacy above.";
}

/** The checks and their outcomes; nothing in a report whose privacy was not judged. */
export function SelfTestSection({ report }: { report: PartialReport | StoredReport }) {
  const tested = selfTestOf(report);
  if (tested === undefined) return null;
  return (
    <section aria-labelledby="self-test">
      <h2 id="self-test">Can these checks of privacy be trusted here?</h2>
      <p class="reading">
        The same checks on copies of training records and on independent draws. {verdict(tested)}
      </p>
      <Table
        caption="What must hold, and whether it does"
        columns={["What must hold", "Holds", "Figures"]}
      >
        {tested.checks.map(({ claim, passed, reason }) => (
          <tr key={claim}>
            <th scope="row">{claim}</th>
            <td>{outcomes.get(passed)}</td>
            <td class="soft">{reason}</td>
          </tr>
        ))}
      </Table>
    </section>
  );
}
