/** @jsxImportSource preact */
/**
 * The page of a model: what it is, a drawing with its shapes, its paper, how we differ from it, its
 * settings and presets. Figures are those of its code, of a cohort and of `presets/`.
 *
 * @module
 */
import { allowedValues, type Cohort, namedPresets, settingsOf } from "ehrloom";
import type { Model, ModelFamily } from "ehrloom/models/interface/model.ts";
import { counted } from "ehrloom/in_words.ts";
import type { JSX } from "preact";
import { renderToString } from "preact-render-to-string";
import { markdownHtml, type PageTexts } from "./markdown.ts";
import { type DrawnPart, ModelDrawing } from "./model_drawing.tsx";
import { modelFacts, type Part } from "./model_facts.ts";
import { commentText, type SourceDocs } from "./source_docs.ts";

/** The shapes of a model's parameters by name, those of a second stage too; -1 depends on records. */
export function shapesOf(model: Model): [name: string, shape: readonly number[]][] {
  if (!("initial" in model)) return Object.entries(model.shapes);
  const { initial, adversary } = model;
  return [...Object.entries(initial), ...Object.entries(adversary?.initial ?? {})]
    .map(([name, { shape }]) => [name, shape]);
}

const numbersOf = (shape: readonly number[]) => shape.reduce((product, size) => product * size, 1);

/** A part with its parameters' shapes. */
function drawnPart(
  { name, does, parameters, isTriangular = false }: Part,
  shapes: readonly (readonly [string, readonly number[]])[],
): DrawnPart {
  const own = shapes.filter(([name]) => parameters.test(name)).map(([, shape]) => shape);
  const isKnown = own.flat().every((size) => size >= 0);
  const largest = own.reduce((a, b) => Math.abs(numbersOf(b)) > Math.abs(numbersOf(a)) ? b : a, []);
  const numbers = isKnown ? own.reduce((sum, shape) => sum + numbersOf(shape), 0) : null;
  return { name, does, isTriangular, numbers, largest };
}

function SettingsTable({ name }: { name: string }) {
  return (
    <div class="wide" tabIndex={0}>
      <table class="texts">
        <thead>
          <tr>
            {["setting", "default", "may be", "meaning"].map((each) => <th key={each}>{each}</th>)}
          </tr>
        </thead>
        <tbody>
          {Object.entries(settingsOf(name)).map(([key, setting]) => (
            <tr key={key}>
              <td>
                <code>{key}</code>
              </td>
              <td>{setting.default === undefined ? "by the cohort" : String(setting.default)}</td>
              <td>{allowedValues(setting)}</td>
              <td>
                {setting.help}
                {setting.published === undefined ? "" : ` (as published: ${setting.published})`}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** Presets of the model, and what came out where they were tried. */
function Presets({ name }: { name: string }) {
  const own = Object.entries(namedPresets).filter(([, { model }]) => model === name);
  if (own.length === 0) return <p>There is no preset: it only counts, which takes seconds.</p>;
  return (
    <>
      {own.map(([preset, { tried }]) => (
        <div key={preset}>
          <pre
            class="command"
            tabIndex={0}
          ><code>deno task train --preset {preset} --cohort runs/cohort --out runs/{name}</code></pre>
          <p>Tried on {tried.cohort}, {tried.machine}. Other cohorts have other figures.</p>
          <table class="facts">
            <tbody>
              <tr>
                <th>minutes</th>
                <td>{tried.minutes.toFixed(1)}</td>
              </tr>
              <tr>
                <th>validation loss, nats per visit</th>
                <td>{tried.validation_loss.toFixed(3)}</td>
              </tr>
              <tr>
                <th>R² of codes</th>
                <td>{tried.unigram.toFixed(3)}</td>
              </tr>
              <tr>
                <th>R² of pairs within a visit</th>
                <td>{tried.same_visit_bigram.toFixed(3)}</td>
              </tr>
              <tr>
                <th>R² of pairs over visits</th>
                <td>{tried.sequential_bigram.toFixed(3)}</td>
              </tr>
            </tbody>
          </table>
        </div>
      ))}
    </>
  );
}

function ShapesTable({ shapes }: { shapes: readonly (readonly [string, readonly number[]])[] }) {
  return (
    <details>
      <summary>All {counted(shapes.length)} parameters and their shapes</summary>
      <div class="wide" tabIndex={0}>
        <table>
          <thead>
            <tr>
              <th>parameter</th>
              <th>shape</th>
            </tr>
          </thead>
          <tbody>
            {shapes.map(([name, shape]) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td>{shape.map((size) => size < 0 ? "any" : counted(size)).join(" × ")}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/** A Markdown text in a page of its own markup. */
function Markdown({ text, page }: { text: string; page: PageTexts }): JSX.Element {
  return <div dangerouslySetInnerHTML={{ __html: markdownHtml(text, page) }} />;
}

/**
 * The body of the page.
 *
 * @param cohort whose sizes the shapes are of
 */
export function modelPageHtml(
  family: ModelFamily,
  cohort: Cohort,
  docs: SourceDocs,
  page: PageTexts,
): string {
  const { name, title = name, summary, floor } = family;
  const config = family.configFor(cohort, {});
  const model = family.create(config, family.schemaFor?.(cohort, config));
  const { steps, paper, specification, parts } = modelFacts[name];
  const shapes = shapesOf(model);
  const drawn = parts.map((part) => drawnPart(part, shapes));
  const file = `lib/models/${name.replaceAll("-", "_")}.ts`;
  return renderToString(
    <>
      <h1>{title}</h1>
      <p class="lead">{summary}. {floor}</p>
      <figure>
        <ModelDrawing title={title} steps={steps} columns={model.columns} parts={drawn} />
        <figcaption>
          For the sample's {counted(cohort.vocabulary.codes.length)} codes and{" "}
          {cohort.labelNames.length} labels, with the default size of such a cohort.
        </figcaption>
      </figure>
      <dl>
        {parts.map(({ name, does }) => (
          <>
            <dt>{name}</dt>
            <dd>{does}</dd>
          </>
        ))}
      </dl>
      <ShapesTable shapes={shapes} />
      <h2 id="how-it-works">How it works, and where it differs from the original</h2>
      <Markdown text={commentText(docs.get(file)?.module_doc)} page={page} />
      {specification !== undefined && (
        <p>
          <a href={`../${specification}`}>What the original does</a>, in all details.
        </p>
      )}
      {paper !== undefined && (
        <>
          <h2 id="paper">Paper</h2>
          <blockquote>
            {paper[0]} <a href={paper[1]}>{paper[1]}</a>
          </blockquote>
          <p class="soft">
            If you use this model, please cite its paper as well as Ehrloom: every report ends with
            both.
          </p>
        </>
      )}
      <h2 id="presets">Presets: minutes and figures to expect</h2>
      <Presets name={name} />
      <h2 id="settings">Settings</h2>
      <p>
        Each is set with <code>--set KEY=VALUE</code> of <code>deno task train</code>.
      </p>
      <SettingsTable name={name} />
    </>,
  );
}
