/** @jsxImportSource preact */
/**
 * A dossier's checklist: answers from the files, and lines to fill in by hand.
 *
 * @module
 */
import { type Question, questionsFor } from "./checklist.ts";
import type { DossierSources } from "./sources.ts";

function Answer({ answer, more }: Pick<Question, "answer" | "more">) {
  if (answer === undefined) {
    return (
      <p class="answer open">
        <span class="by">Institution:</span>
        <span class="blank" />
        <span class="blank" />
      </p>
    );
  }
  return (
    <p class="answer">
      <span class="by">Files:</span> {answer} {more !== undefined && <a href={`#${more}`}>More</a>}
    </p>
  );
}

/** What somebody signs. */
const signed = ["Filled in by (name, role)", "Decision of the board", "Date and signature"];

/** The checklist. */
export function ChecklistSection({ sources }: { sources: DossierSources }) {
  return (
    <section aria-labelledby="checklist" class="checklist">
      <h2 id="checklist">Checklist for the board</h2>
      <p>What the files answer is filled in. The other lines are for the institution.</p>
      <ol>
        {questionsFor(sources).map(({ question, answer, more }) => (
          <li key={question}>
            <p class="question">{question}</p>
            <Answer answer={answer} more={more} />
          </li>
        ))}
      </ol>
      <dl class="signed">
        {signed.map((what) => (
          <>
            <dt>{what}</dt>
            <dd>
              <span class="blank" />
            </dd>
          </>
        ))}
      </dl>
    </section>
  );
}
