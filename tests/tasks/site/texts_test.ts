/** How Markdown, notebooks and models become parts of pages. */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { syntheaSample } from "ehrloom";
import { models } from "ehrloom/models/mod.ts";
import GithubSlugger from "github-slugger";
import { lessonHtml } from "../../../tasks/site/lesson.ts";
import { markdownHtml } from "../../../tasks/site/markdown.ts";
import { modelFacts } from "../../../tasks/site/model_facts.ts";
import { shapesOf } from "../../../tasks/site/model_page.tsx";
import { sectionsOf } from "../../../tasks/site/search.ts";
import { commentText } from "../../../tasks/site/source_docs.ts";

/** A page whose links stay as they are. */
const page = () => ({ slugger: new GithubSlugger(), link: (href: string) => href });

/** A notebook of one cell. */
const notebook = (cell: object) => JSON.stringify({ cells: [cell] });
const code = (output: object) =>
  notebook({ cell_type: "code", source: ["1 <", " 2"], outputs: [output] });

Deno.test("markdownHtml() gives headings GitHub's ids, each once, and escapes markup", () => {
  const html = markdownHtml(
    "## R² of `codes`: 1 is exact\n\n## Same\n\n## Same\n\n<b>x</b>",
    page(),
  );
  assertEquals(Array.from(html.matchAll(/id="(.*?)"/g), ([, id]) => id), [
    "r-of-codes-1-is-exact",
    "same",
    "same-1",
  ]);
  assertStringIncludes(html, "&lt;b&gt;x&lt;/b&gt;");
});

Deno.test("lessonHtml() shows code and the first of an output's forms that it knows", () => {
  const html = lessonHtml(
    code({ data: { "text/plain": "plain", "text/html": "<i>rich</i>" } }),
    page(),
  );
  assertStringIncludes(html, "&lt;");
  assertStringIncludes(html, "<i>rich</i>");
  assertEquals(html.includes("plain"), false);
  assertStringIncludes(lessonHtml(code({ name: "stdout", text: ["a <", "b"] }), page()), "a &lt;b");
});

Deno.test("lessonHtml() folds the code that the notebook folds, below what it says", () => {
  const cell = (metadata: object) => ({
    ...{ cell_type: "code", source: "1 + 1", metadata },
    outputs: [{ data: { "text/markdown": "It is 2." } }],
  });
  const html = (metadata: object) => lessonHtml(notebook(cell(metadata)), page());
  const hidden = html({ jupyter: { source_hidden: true } });
  assert(hidden.indexOf("It is 2.") < hidden.indexOf("<details>"));
  assert(hidden.indexOf("<details>") < hidden.indexOf("<code>"));
  assertEquals(html({}).includes("<details>"), false);
});

Deno.test("lessonHtml() puts output with scripts into a frame without rights, and no network", () => {
  const html = lessonHtml(
    code({ data: { "text/html": `<p>x</p><script>run()</script>` } }),
    page(),
  );
  assertStringIncludes(html, `<iframe sandbox="allow-scripts"`);
  assertStringIncludes(
    html,
    `srcdoc="&lt;meta http-equiv=&quot;Content-Security-Policy&quot; content=&quot;default-src 'none'`,
  );
  assertEquals(html.includes("<script"), false);
});

Deno.test("lessonHtml() keeps the ids of two figures apart", () => {
  const svg = `<svg><clipPath id="a"/><g clip-path="url(#a)"/><use href="#a"/></svg>`;
  const output = { data: { "image/svg+xml": svg } };
  const cell = { cell_type: "code", source: "", outputs: [output, output] };
  const html = lessonHtml(notebook(cell), page());
  assertEquals(html.match(/id="(.*?)"/g), [`id="cell-0-0-a"`, `id="cell-0-1-a"`]);
  assertStringIncludes(html, `clip-path="url(#cell-0-1-a)"/><use href="#cell-0-1-a"`);
});

Deno.test("lessonHtml() makes no page of a cell that failed, or that shows what it cannot", () => {
  const failed = code({ output_type: "error", ename: "TypeError", evalue: "no" });
  assertThrows(() => lessonHtml(failed, page()), Error, "a cell failed: TypeError: no");
  const pdf = code({ data: { "application/pdf": "" } });
  assertThrows(() => lessonHtml(pdf, page()), Error, "a cell shows application/pdf");
});

Deno.test("commentText() makes links of specifications and code of links to code", () => {
  const comment = {
    doc: "As {@link unigram}.\n",
    tags: [{ kind: "see", doc: "docs/specs/halo.md section 7" }, { kind: "module" }],
  };
  assertEquals(
    commentText(comment),
    "As `unigram`.\n\n\nSource: [docs/specs/halo.md](/docs/specs/halo.md) section 7.",
  );
});

Deno.test("sectionsOf() cuts a page at its headings, and leaves figures out", () => {
  const html = `<h1 id="t">T</h1><p>one</p><figure><svg><text>9</text></svg></figure>` +
    `<div><h2 id="a">A</h2><p>two</p></div><p>three</p>`;
  assertEquals(
    sectionsOf({ path: "p.html", title: "T", html }).map(({ href, heading, text }) => [
      href,
      heading,
      text,
    ]),
    [["p.html", "", "one"], ["p.html#a", "A", "two three"]],
  );
});

Deno.test("each parameter of each model is in exactly one part of its drawing", async () => {
  const cohort = await syntheaSample();
  assertEquals(Object.keys(modelFacts).sort(), Object.keys(models).sort());
  for (const family of Object.values(models)) {
    const config = family.configFor(cohort, {});
    const { parts } = modelFacts[family.name];
    const shapes = shapesOf(family.create(config, family.schemaFor?.(cohort, config)));
    const inParts = shapes.map(([name]) =>
      parts.filter((part) => part.parameters.test(name)).length
    );
    assertEquals(shapes.filter((_, i) => inParts[i] !== 1), [], family.name);
    for (const { name, parameters } of parts) {
      assertEquals(
        shapes.some(([shape]) => parameters.test(shape)),
        true,
        `${family.name}: ${name}`,
      );
    }
  }
});
