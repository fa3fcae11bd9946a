/** @jsxImportSource preact */
/**
 * The section that shows all figures between their floors and their ceilings.
 *
 * @module
 */
import type { PartialReport } from "../../evaluate/report.ts";
import { scaledRows } from "../../evaluate/summary/scaled_rows.ts";
import { small } from "../../evaluate/summary/words.ts";
import { Figure, type Picture } from "../page/picture.tsx";

/** What the picture shows, and what it leaves out. */
function forestCaption(report: PartialReport): string {
  const { without_scale: without } = scaledRows(report);
  return "0% is what independent draws reach (the floor), 100% what held-out " +
    "real patients reach (the ceiling). Further right is closer to the training records; far beyond " +
    "100% a model may copy them, as × does. Lines are 95% intervals, with floor and ceiling as they are." +
    (without.length === 0 ? "" : " Not shown, since floor and ceiling cannot be told apart: " +
      `${without.map(small).join("; ")}.`);
}

/** The picture; nothing where no figure has a floor and a ceiling. */
export function ScaleSection({ report, picture }: {
  report: PartialReport;
  picture: Picture | undefined;
}) {
  if (picture === undefined) return null;
  return (
    <section aria-labelledby="scale">
      <h2 id="scale">All figures on one scale</h2>
      <Figure picture={picture} caption={forestCaption(report)} />
    </section>
  );
}
