/** @jsxImportSource preact */
/**
 * The whole page: a seed, and the panels that it decides.
 *
 * @module
 */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { messageOf } from "../../in_words.ts";
import type { PlayData } from "../play_data.ts";
import { type DrawnPatient, drawnPatient, type Player } from "../player.ts";
import { CohortPanel } from "./cohort_panel.tsx";
import { DrawPanel, type LabelChoice } from "./draw_panel.tsx";
import { FuturePanel } from "./future_panel.tsx";
import { type Game, gameOf, type Visits } from "./game.ts";
import { HeadPanel } from "./head_panel.tsx";
import { LossPanel } from "./loss_panel.tsx";
import { MaskPanel } from "./mask_panel.tsx";

/** Labels that were given, by index. */
function givenLabels(choices: readonly LabelChoice[]): Map<number, 0 | 1> {
  const given = new Map<number, 0 | 1>();
  for (const [label, choice] of choices.entries()) {
    if (choice !== "") given.set(label, choice === "1" ? 1 : 0);
  }
  return given;
}

/** What the reader made of the visits of a patient. */
interface Edit {
  readonly patient: DrawnPatient;
  readonly visits: Visits;
}

/** The panels of one game, from its first patient. */
function Panels({ game }: { readonly game: Game }) {
  const [number, setNumber] = useState(0);
  const [choices, setChoices] = useState<readonly LabelChoice[]>(() =>
    game.labelNames.map((): LabelChoice => "")
  );
  const [patient, setPatient] = useState<DrawnPatient>();
  const [count, setCount] = useState(1);
  const [edit, setEdit] = useState<Edit>();
  const [error, setError] = useState<string>();
  useEffect(() => {
    let isCurrent = true;
    drawnPatient(game.player, { seed: game.seed, number, labels: givenLabels(choices) }).then(
      (drawn) => {
        if (!isCurrent) return;
        setError(undefined);
        setPatient(drawn);
        setCount(1);
        document.documentElement.dataset.ready = "yes";
      },
      (error) => isCurrent && setError(messageOf(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, [number, choices]);
  if (patient === undefined) return <p role="status">{error ?? "The first patient is drawn …"}</p>;
  const visits = patient.visits.slice(0, count);
  const isEdited = edit?.patient === patient && edit.visits.length === count;
  const edited = isEdited ? edit.visits : visits.map(({ codes }) => codes);
  const shown = { patient, visits, edited };
  return (
    <>
      <DrawPanel
        game={game}
        shown={shown}
        choices={choices}
        error={error}
        actions={{
          onNext: () => setCount(count + 1),
          onAll: () => setCount(patient.visits.length),
          onNewPatient: () => setNumber(number + 1),
          onLabel: (label, choice) =>
            setChoices(choices.map((old, i) => i === label ? choice : old)),
        }}
      />
      <FuturePanel
        game={game}
        shown={shown}
        onEdit={(visits) => setEdit({ patient, visits })}
      />
      <LossPanel game={game} shown={shown} />
      <HeadPanel game={game} shown={shown} />
      <MaskPanel game={game} shown={shown} />
      {game.real && <CohortPanel game={game} real={game.real} />}
    </>
  );
}

/** The page below its title. */
export function App({ player, data }: {
  readonly player: Player;
  readonly data: PlayData;
}): JSX.Element {
  const [typed, setTyped] = useState("1");
  const [begun, setBegun] = useState({ seed: 1, times: 0 });
  const seed = Number(typed);
  const isSeed = /^\d+$/.test(typed) && Number.isSafeInteger(seed);
  return (
    <>
      <form
        class="seed"
        onSubmit={(event) => {
          event.preventDefault();
          if (isSeed) setBegun(({ times }) => ({ seed, times: times + 1 }));
        }}
      >
        <label>
          <span>Random seed</span>
          <input
            inputMode="numeric"
            value={typed}
            aria-invalid={!isSeed}
            onInput={({ currentTarget }) => setTyped(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={!isSeed}>Restart with seed</button>
        <span class="reading">Equal seeds repeat every step exactly.</span>
      </form>
      <Panels key={begun.times} game={gameOf(player, data, begun.seed)} />
    </>
  );
}
