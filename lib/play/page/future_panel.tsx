/** @jsxImportSource preact */
/**
 * What if a visit had been another one: the futures of a record and of the same record, edited.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { wilson } from "../../evaluate/wilson.ts";
import { type Futures, futuresOf } from "../futures.ts";
import { type BarLine, Bars } from "./bars.tsx";
import { type Game, isEqual, type Shown, useWork, type Visits } from "./game.ts";

/** Futures of each record. */
const count = 200;
/** Codes that are shown. */
const mostLines = 12;

/** What is counted: codes of the next visit, or of all later ones. */
type Span = "next" | "later";

/** The codes that differ most between the two records, or the likeliest ones of one record. */
function comparedLines(
  { names }: Game,
  span: Span,
  original: Futures,
  edited: Futures | undefined,
): BarLine[] {
  const share = (futures: Futures | undefined, code: number) =>
    futures === undefined ? 0 : futures[span][code] / futures.count;
  const size = (code: number) =>
    edited === undefined
      ? share(original, code)
      : Math.abs(share(edited, code) - share(original, code)) + share(original, code) / 1000;
  return Array.from(names.keys())
    .sort((a, b) => size(b) - size(a))
    .slice(0, mostLines)
    .map((code) => ({
      name: names[code],
      shares: [original, ...edited === undefined ? [] : [edited]].map((futures) =>
        wilson(futures[span][code], futures.count)
      ),
    }));
}

/** The codes of a visit, each with a button that removes it, and a search for another one. */
function VisitEditor({ game, codes, onChange }: {
  readonly game: Game;
  readonly codes: readonly number[];
  readonly onChange: (codes: readonly number[]) => void;
}) {
  const [search, setSearch] = useState("");
  const found = game.names.indexOf(search);
  const add = () => {
    if (found < 0 || codes.includes(found)) return;
    onChange([...codes, found].sort((a, b) => a - b));
    setSearch("");
  };
  return (
    <div class="editor">
      <ul class="codes" aria-label="Codes of this visit">
        {codes.map((code) => (
          <li key={code} class="code">
            {game.names[code]}
            <button
              type="button"
              aria-label={`Remove ${game.names[code]}`}
              onClick={() => onChange(codes.filter((other) => other !== code))}
            >
              ×
            </button>
          </li>
        ))}
        {codes.length === 0 && <li class="soft">no code: the visit is left out</li>}
      </ul>
      <form
        class="buttons"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <label class="grow">
          <span>Add a code</span>
          <input
            type="search"
            list="code-names"
            placeholder="type a part of its name"
            value={search}
            onInput={({ currentTarget }) => setSearch(currentTarget.value)}
          />
        </label>
        <datalist id="code-names">
          {game.names.map((name) => <option key={name} value={name} />)}
        </datalist>
        <button type="submit" disabled={found < 0 || codes.includes(found)}>Add</button>
      </form>
    </div>
  );
}

/** The second panel. */
export function FuturePanel({ game, shown, onEdit }: {
  readonly game: Game;
  readonly shown: Shown;
  readonly onEdit: (edited: Visits) => void;
}): JSX.Element {
  const { patient, edited } = shown;
  const drawn: Visits = shown.visits.map(({ codes }) => codes);
  const [at, setAt] = useState(drawn.length - 1);
  const [span, setSpan] = useState<Span>("later");
  const [futures, setFutures] = useState<readonly [Futures, Futures?]>();
  const work = useWork();
  useEffect(() => {
    work.stop();
    setAt(drawn.length - 1);
    setFutures(undefined);
  }, [patient, drawn.length]);
  const hasEdits = !isEqual(edited, drawn);
  const change = (visits: Visits) => {
    work.stop();
    setFutures(undefined);
    onEdit(visits);
  };
  const draw = () =>
    work.start(async (isStopped) => {
      let original: Futures | undefined;
      const asked = { count, seed: game.seed, isStopped };
      const { labels } = patient;
      for await (const found of futuresOf(game.player, { labels, visits: drawn }, asked)) {
        if (isStopped()) return;
        original = found;
        setFutures([found]);
      }
      if (original === undefined || !hasEdits) return;
      for await (const found of futuresOf(game.player, { labels, visits: edited }, asked)) {
        if (isStopped()) return;
        setFutures([original, found]);
      }
    });
  const [original, other] = futures ?? [];
  return (
    <section aria-labelledby="future">
      <h2 id="future">2. Change a visit, draw the future again</h2>
      <p>
        Remove or add a code, then draw {count}{" "}
        futures of the record as it was and of the edited record. Both use the same random numbers.
      </p>
      {drawn.length > 0 && at < edited.length && (
        <>
          <div class="buttons">
            <label>
              <span>Edit</span>
              <select value={at} onChange={({ currentTarget }) => setAt(+currentTarget.value)}>
                {drawn.map((_, visit) => (
                  <option key={visit} value={visit}>visit {visit + 1}</option>
                ))}
              </select>
            </label>
            <button type="button" disabled={!hasEdits} onClick={() => change(drawn)}>
              Undo all changes
            </button>
          </div>
          <VisitEditor
            game={game}
            codes={edited[at]}
            onChange={(codes) => change(edited.map((old, i) => i === at ? codes : old))}
          />
        </>
      )}
      <div class="buttons">
        <button type="button" class="primary" disabled={work.isRunning} onClick={draw}>
          Draw {count} futures
        </button>
        <label>
          <span>Count codes</span>
          <select
            value={span}
            onChange={({ currentTarget: { value } }) =>
              setSpan(value === "next" ? "next" : "later")}
          >
            <option value="later">at any later visit</option>
            <option value="next">at the next visit</option>
          </select>
        </label>
      </div>
      <p class="status" role="status">
        {work.error ?? (work.isRunning
          ? `Drawing: ${other?.count ?? original?.count ?? 0} of ${count}`
          : original && `${count} futures drawn${other === undefined ? "" : " of each record"}`)}
      </p>
      {original !== undefined && (
        <>
          <p class="key">
            <span class="swatch bar-0" /> as it was
            {other !== undefined && (
              <>
                <span class="swatch bar-1" /> edited
              </>
            )}
          </p>
          <Bars
            label="Share of futures that have each code"
            lines={comparedLines(game, span, original, other)}
          />
          <p class="reading">
            Share of the futures that have each code, with its 95% interval;{" "}
            {other === undefined ? "the likeliest codes." : "the codes that the change moves most."}
          </p>
        </>
      )}
    </section>
  );
}
