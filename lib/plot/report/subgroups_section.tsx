/** @jsxImportSource preact */
/**
 * Is each group of patients followed as closely as the others? Shown where the report was asked for
 * groups (`--by`).
 *
 * @module
 */
import { figureWords, measureName } from "../../evaluate/figure_words.ts";
import type { Estimate, PartialReport, Subgroup, Subgroups } from "../../evaluate/report.ts";
import { capital } from "../../evaluate/summary/words.ts";
import { notMeasuredInWords } from "../../evaluate/not_measured.ts";
import { counted } from "../../in_words.ts";
import { Interval, minus, None, Table } from "./page_parts.tsx";

const text = (value: number) => minus(String(Number(value.toPrecision(3))));

/** A headline figure: where it is, and what it is called. */
interface Headline {
  readonly path: string;
  readonly name: string;
}

/** A path in words: "two-sample test by counts, area under the ROC curve". */
function wordsOf(path: string): string {
  const [measure, ...keys] = path.split(".");
  const words = figureWords(measure);
  const names = [measureName(measure), ...keys.map((key) => words(key, undefined))];
  return capital(names.filter((each) => each !== "").join(", "));
}

/** The figures of the summary, by its names, and the other ones. */
function headlines(
  groups: readonly Subgroup[],
  { summary }: PartialReport,
): Record<"main" | "more", Headline[]> {
  const paths = [...new Set(groups.flatMap(({ fidelity }) => Object.keys(fidelity)))];
  const rows = summary?.rows ?? [];
  const main = rows.filter(({ figure }) => paths.includes(figure))
    .map(({ figure, name }) => ({ path: figure, name }));
  const isMain = (path: string) => main.some((each) => each.path === path);
  const more = paths.filter((path) => !isMain(path))
    .map((path) => ({ path, name: wordsOf(path) }));
  return main.length > 0 ? { main, more } : { main: more, more: [] };
}

function Cell({ estimate }: { estimate: Estimate | undefined }) {
  return estimate === undefined ? <None /> : <Interval estimate={estimate} text={text} />;
}

/** Each figure of each group. */
function GroupTable({ figures, groups, label }: {
  figures: readonly Headline[];
  groups: readonly Subgroup[];
  label: string;
}) {
  return (
    <Table
      caption="With 95% intervals, each group against the training records of the same group"
      label={label}
      columns={["Figure", "Group", "Synthetic", "Held-out real (ceiling)"]}
    >
      {figures.flatMap(({ path, name }) =>
        groups.filter(({ fidelity }) => path in fidelity).map(({ group, fidelity }, place) => (
          <tr key={`${path} ${group}`}>
            {place === 0
              ? <th scope="row">{name}</th>
              : <th scope="row" class="soft" aria-label={name}>″</th>}
            <td>{group}</td>
            <td class="strong">
              <Cell estimate={fidelity[path].synthetic} />
            </td>
            <td>
              <Cell estimate={fidelity[path].ceiling} />
            </td>
          </tr>
        ))
      )}
    </Table>
  );
}

/** How many records each group has, in a sentence. */
const sizes = (groups: readonly Subgroup[]) =>
  groups.map(({ group, records: { train, held_out, synthetic } }) =>
    `${group}: ${counted(train)} training, ${counted(held_out)} held-out and ` +
    `${counted(synthetic)} synthetic records`
  ).join("; ");

/** What the groups are divided by, in words: "sex", "age", "the label diabetes". */
const division = ({ by }: Subgroups) => by.replace(/^label:/, "the label ");

/** The section; nothing in a report that was not asked for groups. */
export function SubgroupsSection({ report }: { report: PartialReport }) {
  const { subgroups } = report;
  if (subgroups === undefined) return null;
  const { groups, left_out } = subgroups;
  const { main, more } = headlines(groups, report);
  return (
    <section aria-labelledby="subgroups">
      <h2 id="subgroups">Are groups of patients followed equally closely?</h2>
      <p>
        A model can follow all patients together and fail a group of whom it saw few. Patients are
        divided by {division(subgroups)}.{groups.length > 0 && ` ${capital(sizes(groups))}.`}
      </p>
      {notMeasuredInWords(left_out).map((text) => <p class="reading" key={text}>{text}</p>)}
      {main.length > 0 && <GroupTable figures={main} groups={groups} label="Figures of groups" />}
      {more.length > 0 && (
        <details>
          <summary>{counted(more.length)} more figures of each group</summary>
          <GroupTable figures={more} groups={groups} label="More figures of groups" />
        </details>
      )}
    </section>
  );
}
