/** @jsxImportSource preact */
/**
 * The loss of each code of one record in colour: what surprised the model.
 *
 * @module
 */
import type { JSX } from "preact";
import type { ColumnLosses } from "../../generate/row_losses.ts";
import { recordLosses } from "../losses.ts";
import {
  columnName,
  type Game,
  isEqual,
  isWhole,
  percent,
  type Shown,
  useComputed,
} from "./game.ts";

/** Nats that have the full colour: a code of one in 400. */
const strongest = 6;
/** Percent of the full colour in the background: names stay readable on it, light or dark (4.9 to 1). */
const fullColour = 45;
/** Codes that did not come are shown from so many nats on: they were likelier than 63%. */
const surprising = 1;

const inNats = (loss: number) => loss.toFixed(loss < 9.95 ? 1 : 0);

function sumOf(losses: ArrayLike<number>): number {
  return Array.from(losses).reduce((sum, loss) => sum + loss, 0);
}

/** A column and what it costs; one that is off is crossed out. */
function Chip({ name, loss, isOn }: {
  readonly name: string;
  readonly loss: number;
  readonly isOn: boolean;
}) {
  const probability = percent(Math.exp(-loss));
  return (
    <li
      class="code loss"
      style={{ "--surprise": `${fullColour * Math.min(1, loss / strongest)}%` }}
      title={isOn
        ? `${name}: it came with probability ${probability}`
        : `${name}: it did not come, which had probability ${probability}`}
    >
      {isOn ? name : <s>{name}</s>} <span class="figure">{inNats(loss)}</span>
    </li>
  );
}

/** The columns of one row that are on, those whose absence surprises, and what all others cost. */
function Row({ game, title, row: { row, losses } }: {
  readonly game: Game;
  readonly title: string;
  readonly row: ColumnLosses;
}) {
  const absent = Array.from(losses.keys()).filter((column) =>
    losses[column] >= surprising && !row.includes(column)
  );
  const total = sumOf(losses);
  const others = total - sumOf([...row, ...absent].map((column) => losses[column]));
  return (
    <li>
      <b>{title}</b>
      <ul class="codes">
        {row.map((column) => (
          <Chip key={column} name={columnName(game, column)} loss={losses[column]} isOn />
        ))}
        {absent.map((column) => (
          <Chip key={column} name={columnName(game, column)} loss={losses[column]} isOn={false} />
        ))}
        <li class="code others">
          all that is off <span class="figure">{inNats(others)}</span>
        </li>
      </ul>
      <span class="figure">{inNats(total)}</span>
    </li>
  );
}

/** The third panel. */
export function LossPanel({ game, shown }: {
  readonly game: Game;
  readonly shown: Shown;
}): JSX.Element {
  const { patient: { labels }, visits, edited } = shown;
  // a visit without codes is left out of a record
  const numbers = Array.from(edited.keys()).filter((visit) => edited[visit].length > 0);
  const hasEdits = !isEqual(edited, visits.map(({ codes }) => codes));
  const { value, error } = useComputed(async () => {
    const record = { labels, visits: numbers.map((visit) => edited[visit]) };
    const rows = await recordLosses(game.player, record, { isWhole: isWhole(shown) });
    return { numbers, rows };
  }, [JSON.stringify([labels, edited]), isWhole(shown)]);
  return (
    <section aria-labelledby="loss">
      <h2 id="loss">3. What surprised the model</h2>
      <p>
        The loss of each code, −log of its probability in nats, in colour: 0.7 is as likely as not,
        4.6 is one in a hundred. Change a visit in panel 2 to something that does not fit, and look
        here.
      </p>
      <p class="status" role="status">
        {error ?? (value &&
          `${hasEdits ? "The edited record" : "The record"} costs ` +
            `${sumOf(value.rows.map(({ losses }) => sumOf(losses))).toFixed(1)} nats in all.`)}
      </p>
      {value !== undefined && (
        <ol class="losses" tabIndex={0} aria-label="Loss of each code">
          {value.rows.map((row, i) => (
            <Row
              key={i}
              game={game}
              title={i === 0 ? "Labels" : `Visit ${value.numbers[i - 1] + 1}`}
              row={row}
            />
          ))}
        </ol>
      )}
      <p class="reading">
        Codes that are crossed out did not come although they were likely. What is off costs a
        little for each code; the sum of all is what training makes small.
      </p>
    </section>
  );
}
