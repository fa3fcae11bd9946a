/** @jsxImportSource preact */
/**
 * A dossier's attacks: all at a glance, then each in a few sentences.
 *
 * @module
 */
import type { JSX } from "preact";
import { Table } from "../report/page_parts.tsx";
import type { Attack, Finding } from "./attack.ts";
import { type AttackGroup, attackGroups } from "./attacks.ts";
import type { DossierSources } from "./sources.ts";

/** What a finding is called. */
const findings: Readonly<Record<Finding, string>> = {
  "found": "more than the control",
  "not found": "nothing beyond the control",
  "unclear": "no figure",
  "not tried": "not tried",
};

function FindingText({ finding }: Pick<Attack, "finding">) {
  return <span class={finding === "found" ? "finding alarm" : "finding"}>{findings[finding]}</span>;
}

function Overview({ groups }: { groups: readonly AttackGroup[] }) {
  return (
    <Table caption="All attacks at a glance" columns={["Attack", "What it found"]}>
      {groups.flatMap(({ attacks }) => attacks).map(({ name, finding }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td class="soft">
            <FindingText finding={finding} />
          </td>
        </tr>
      ))}
    </Table>
  );
}

function AttackText({ attack }: { attack: Attack }) {
  const { name, asks, found, control, finding } = attack;
  return (
    <div class="attack">
      <h4>
        {name}: <FindingText finding={finding} />
      </h4>
      <p class="reading">{asks}</p>
      <p>{found}</p>
      {control !== "" && (
        <p>
          <em>Control:</em> {control}
        </p>
      )}
    </div>
  );
}

/**
 * The attacks.
 *
 * @param figure stands with the attacks on membership
 */
export function AttackSections({ sources, figure }: {
  sources: DossierSources;
  figure: JSX.Element;
}) {
  const groups = attackGroups(sources);
  return (
    <section aria-labelledby="attacks" class="attacks">
      <h2 id="attacks">Which attacks were tried, and what did they find?</h2>
      <p>
        Each attack was tried on training patients, and as a control where nothing can be disclosed.
        “More than the control” means that the 95% interval excludes what the control explains.
        “Nothing beyond the control” means that this attack, on these patients, found nothing more.
      </p>
      <Overview groups={groups} />
      {groups.map(({ id, question, attacks }) => (
        <div key={id}>
          <h3 id={id}>{question}</h3>
          {attacks.map((attack) => <AttackText key={attack.name} attack={attack} />)}
          {id === "membership" && figure}
        </div>
      ))}
    </section>
  );
}
