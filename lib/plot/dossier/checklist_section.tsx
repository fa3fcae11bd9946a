/** @jsxImportSource preact */
/**
 * A dossier's checklist: answers from the files, and lines to fill in by hand.
 *
 * @module
 */
import { type Question, questionsFor } from "./checklist.ts";
import type { DossierSources } from "./sources.ts";

function Answer({ question, answer, more }: Question) {
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
      <span class="by">Files:</span> {answer}{" "}
      {more !== undefined && <a href={`#${more}`} aria-label={`More: ${question}`}>More</a>}
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
        {questionsFor(sources).map((each) => (
          <li key={each.question}>
            <p class="question">{each.question}</p>
            <Answer {...each} />
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
