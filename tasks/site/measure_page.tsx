/** @jsxImportSource preact */
/**
 * The page of a measure: its question, what it computes, which direction is good, what its figures
 * mean, cases whose answer is known, and where its code is. All of it is taken from the code.
 *
 * @module
 */
import type { Measure } from "ehrloom/evaluate/measure.ts";
import { keyFigures, measureOf } from "ehrloom/evaluate/key_figures.ts";
import type { MeasureKind } from "ehrloom/evaluate/measures.ts";
import { listed } from "ehrloom/in_words.ts";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { renderToString } from "preact-render-to-string";
import { markdownHtml, type PageTexts } from "./markdown.ts";
import {
  commentText,
  examplesOf,
  type Field,
  type SourceDocs,
  sourcesIn,
  typeNames,
} from "./source_docs.ts";

/** A measure, and where its code is. */
export interface FoundMeasure {
  readonly kind: MeasureKind;
  readonly measure: Measure;
  /** The file's path from the root. */
  readonly file: string;
  /** The name under which the file exports it. */
  readonly name: string;
}

/**
 * Where the code of each measure is: the file that exports this very object.
 *
 * @throws {Error} If no file does
 */
export async function foundMeasures(
  root: string,
  lists: Readonly<Record<MeasureKind, readonly Measure[]>>,
  files: readonly string[],
): Promise<FoundMeasure[]> {
  const exports = await Promise.all(files.map(async (file) => {
    const values: Record<string, unknown> = await import(new URL(file, root).href);
    return Object.entries(values).map(([name, value]) => ({ file, name, value }));
  }));
  const all = exports.flat();
  const kinds = Object.keys(lists) as MeasureKind[]; // the keys of this record
  return kinds.flatMap((kind) =>
    lists[kind].map((measure) => {
      const found = all.find(({ value }) => value === measure);
      if (found === undefined) throw new Error(`No file exports the measure ${measure.key}`);
      return { kind, measure, file: found.file, name: found.name };
    })
  );
}

const needsInWords = {
  values: "measured values",
  days: "days between visits",
  labels: "labels",
  run: "the run that generated the records",
  canaries: "a run that was trained with canaries",
  held_out: "held-out records",
} as const;

/** A type of figures: its name, its comment, and the fields that have one. */
interface FigureType {
  readonly name: string;
  readonly doc: string;
  readonly fields: readonly Field[];
}

/** The types of a measure's figures, with those that they are made of. */
function figureTypes({ file, name }: FoundMeasure, docs: SourceDocs): FigureType[] {
  const interfaces = new Map<string, FigureType>();
  for (const [path, { symbols }] of docs) {
    if (!path.startsWith("lib/evaluate/")) continue;
    for (const { name, declarations: [{ kind, jsDoc, def }] } of symbols) {
      // a field that says only "see" is shown where it is explained
      const fields = def?.properties?.filter(({ jsDoc }) =>
        jsDoc?.doc !== undefined && !jsDoc.doc.startsWith("See {@link")
      ) ?? [];
      const isOwn = path === file || !interfaces.has(name);
      if (kind === "interface" && isOwn) {
        interfaces.set(name, { name, doc: jsDoc?.doc ?? "", fields });
      }
    }
  }
  const symbols = docs.get(file)?.symbols ?? [];
  const type = symbols.find((each) => each.name === name)?.declarations[0].def?.tsType;
  const found = new Map<string, FigureType>();
  const add = (names: readonly string[]) => {
    for (const name of names) {
      const type = interfaces.get(name);
      // an Estimate is a value with its interval, everywhere
      if (type === undefined || found.has(name) || ["Measure", "Estimate"].includes(name)) continue;
      found.set(name, type);
      add(type.fields.flatMap(({ tsType }) => typeNames(tsType)));
    }
  };
  add(type === undefined || type === null ? symbols.map(({ name }) => name) : typeNames(type));
  return [...found.values()].filter(({ fields }) => fields.length > 0);
}

/** A test: its name, which is a sentence that says what holds, and its code. */
interface Test {
  readonly name: string;
  readonly code: string;
}

/** The tests of measures, by the paths of their files from the root. */
export type MeasureTests = ReadonlyMap<string, readonly Test[]>;

/** All tests of measures. */
export async function measureTests(root: string): Promise<MeasureTests> {
  const files = await Array.fromAsync(sourcesIn(fileURLToPath(new URL("tests/evaluate", root))));
  return new Map(
    await Promise.all(files.map(async (path) => {
      const [head, ...tests] = (await Deno.readTextFile(path)).split(/^Deno\.test\(\s*"/m);
      const named = tests.map((code) => ({ name: code.split(/(?<!\\)"/)[0], code: head + code }));
      return [relative(fileURLToPath(root), path), named] as const;
    })),
  );
}

/** The names of the tests of a measure: those of its own file, or those of its kind that use it. */
function testsOf({ kind, file, name }: FoundMeasure, tests: MeasureTests): string[] {
  const own = tests.get(file.replace(/^lib/, "tests").replace(/\.ts$/, "_test.ts")) ?? [];
  const uses = new RegExp(`\\b${name}\\b`);
  const found = own.length > 0
    ? own
    : [...tests].filter(([path]) => path.startsWith(`tests/evaluate/${kind}/`)).flatMap(([, all]) =>
      all.filter(({ code }) => uses.test(code))
    );
  return found.map(({ name }) => name);
}

const direction = { high: "higher is better", low: "lower is better" } as const;

/** Which way is better, of the figures by which cohorts are compared. */
function Directions({ measure }: { measure: Measure }) {
  const own = keyFigures.filter((figure) => measureOf(figure) === measure.key);
  return (
    <>
      {own.length > 0 && (
        <ul>
          {own.map(({ figure, name, quantity, better, says, best }) => (
            <li key={figure}>
              <strong>{name}</strong> ({quantity}): {direction[better]}
              {typeof best === "number" ? `, ${best} is the best to be expected` : ""}. It is {says}
            </li>
          ))}
        </ul>
      )}
      <p>
        A report shows each figure of the synthetic records beside that of held-out real records
        (ceiling), of independent draws (floor) and of copies of training records. Near the ceiling
        is good. See <a href="../../docs/reading-a-report.html">Reading a report</a>.
      </p>
    </>
  );
}

function Figures({ types, page }: { types: readonly FigureType[]; page: PageTexts }) {
  const html = (text: string) => ({ __html: markdownHtml(text, page) });
  return (
    <>
      {types.map(({ name, doc, fields }) => (
        <section key={name}>
          <div dangerouslySetInnerHTML={html(commentText({ doc }))} />
          <div class="wide" tabIndex={0}>
            <table class="texts">
              <tbody>
                {fields.map(({ name, jsDoc }) => (
                  <tr key={name}>
                    <td>
                      <code>{name}</code>
                    </td>
                    <td dangerouslySetInnerHTML={html(commentText(jsDoc))} />
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </section>
      ))}
    </>
  );
}

/** The command that computes one measure, as Markdown. */
function tryIt(kind: MeasureKind, key: string): string {
  return "```sh\ndeno task evaluate --real runs/cohort --synthetic runs/synthetic \\\n" +
    `  --only ${kind}.${key} --out runs/report\n\`\`\``;
}

/** The body of the page. */
export function measurePageHtml(
  found: FoundMeasure,
  { docs, tests }: { readonly docs: SourceDocs; readonly tests: MeasureTests },
  page: PageTexts,
): string {
  const { kind, measure, file, name } = found;
  const { key, question, needs = [], effort } = measure;
  const source = docs.get(file);
  const comments =
    source?.symbols.map(({ name, declarations: [{ jsDoc }] }) => ({ name, jsDoc })) ??
      [];
  const definition = [source?.module_doc, comments.find((each) => each.name === name)?.jsDoc];
  const types = figureTypes(found, docs);
  const examples = comments.flatMap(({ jsDoc }) => examplesOf(jsDoc));
  const own = testsOf(found, tests);
  const html = (text: string) => ({ __html: markdownHtml(text, page) });
  return renderToString(
    <>
      <h1>{question}</h1>
      <p class="lead">
        <code>{kind}.{key}</code>, a measure of {kind}
        {needs.length > 0 && `; needs ${listed(needs.map((need) => needsInWords[need]))}`}
        {effort === "thorough" && "; takes minutes, so --quick leaves it out"}.
      </p>
      <h2 id="definition">Definition</h2>
      <div dangerouslySetInnerHTML={html(definition.map(commentText).join("\n\n"))} />
      <h2 id="direction">Which direction is good</h2>
      <Directions measure={measure} />
      {types.length > 0 && (
        <>
          <h2 id="figures">Its figures in report.json</h2>
          <Figures types={types} page={page} />
        </>
      )}
      {examples.length + own.length > 0 && (
        <>
          <h2 id="known">Cases whose answer is known</h2>
          {examples.map((text) => <div key={text} dangerouslySetInnerHTML={html(text)} />)}
          {own.length > 0 && (
            <>
              <p>The tests check, among others:</p>
              <ul>{own.map((test) => <li key={test}>{test}</li>)}</ul>
            </>
          )}
        </>
      )}
      <h2 id="try">Try it, and where its code is</h2>
      <div dangerouslySetInnerHTML={html(tryIt(kind, key))} />
      <p>
        Its code is in <code>{file}</code>.
      </p>
    </>,
  );
}
