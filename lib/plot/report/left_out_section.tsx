/** @jsxImportSource preact */
/**
 * The section on what was cut, not learned and not judged.
 *
 * @module
 */

/** A list of sentences; nothing where there is none. */
export function LeftOutSection({ sentences }: { sentences: readonly string[] }) {
  if (sentences.length === 0) return null;
  return (
    <section aria-labelledby="left-out">
      <h2 id="left-out">What was left out?</h2>
      <ul>
        {sentences.map((text) => <li key={text}>{text[0].toUpperCase() + text.slice(1)}.</li>)}
      </ul>
    </section>
  );
}
