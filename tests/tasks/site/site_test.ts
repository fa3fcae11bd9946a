/** The book as files: its links, what it loads, and that nothing is missing from it. */
import { assert, assertEquals } from "@std/assert";
import { modelSummaries } from "ehrloom";
import { measureNames } from "ehrloom/evaluate/measures.ts";
import { parseHTML } from "linkedom";
import { join } from "node:path";
import { apiSections } from "../../../tasks/site/api.ts";
import { sourceDocs } from "../../../tasks/site/source_docs.ts";
import { inFolder } from "../../folder.ts";
import { builtSite, deadLinks, documentsOf, filesOf } from "./pages.ts";

Deno.test("the book's links, texts and files", (t) =>
  inFolder(async (folder) => {
    await builtSite(folder);
    const files = new Set(await filesOf(folder));
    const documents = await documentsOf(folder);

    await t.step("every link leads to a page, a heading or a file of the book", () => {
      assert(documents.size > 80, `${documents.size} pages`);
      assertEquals(deadLinks(documents, files), []);
    });

    await t.step("no page loads anything from the network", async () => {
      const loads = [...documents].flatMap(([path, document]) =>
        Array.from(
          document.querySelectorAll(
            "script[src], link[href], img[src], iframe[src], source, object",
          ),
          (element) => `${path}: ${element.getAttribute("src") ?? element.getAttribute("href")}`,
        )
      );
      assert(loads.length > documents.size);
      assertEquals(loads.filter((load) => /: (https?:)?\/\//.test(load)), []);
      const style = await Deno.readTextFile(join(folder, "site.css"));
      assertEquals(style.match(/url\(|@import/g), null);
    });

    await t.step("an id is given once to a page", () => {
      for (const [path, document] of documents) {
        const ids = Array.from(document.querySelectorAll("[id]"), ({ id }) => id);
        assertEquals(ids.filter((id, i) => ids.indexOf(id) < i), [], path);
      }
    });

    await t.step(
      "every lesson, model and measure has a page, which the contents list shows",
      () => {
        const measures = measureNames().filter((name) => name.includes("."));
        const lessons = Array.from(Deno.readDirSync("notebooks"), ({ name }) => name)
          .filter((name) => name.endsWith(".ipynb"));
        const wanted = [
          ...lessons.map((name) => `notebooks/${name.replace(".ipynb", ".html")}`),
          ...modelSummaries.map(({ name }) => `models/${name}.html`),
          ...measures.map((name) => `measures/${name.replace(".", "/")}.html`),
        ];
        const listed = Array.from(
          documents.get("index.html")?.querySelectorAll("nav a") ?? [],
          (link) => link.getAttribute("href"),
        );
        assertEquals(wanted.filter((path) => !files.has(path) || !listed.includes(path)), []);
      },
    );

    await t.step("the front page begins with the page to play with", () => {
      const [first] = documents.get("index.html")?.querySelectorAll("main a") ?? [];
      assertEquals(first.getAttribute("href"), "play.html");
    });

    await t.step("the search knows nearly all names of the API, each with a page", async () => {
      const docs = await sourceDocs(Deno.cwd(), ["mod.ts"]);
      const sections = await apiSections(folder, docs);
      const lost = sections.filter(({ href }) => !files.has(href));
      assertEquals(lost.map(({ href }) => href), []);
      const names = docs.get("mod.ts")?.symbols.length ?? NaN;
      assert(sections.length > 0.98 * names, `${sections.length} of ${names}`);
    });

    await t.step("every measure is defined, and has a case whose answer is known", () => {
      const lacking = [...documents].filter(([path]) => path.startsWith("measures/"))
        .filter(([, document]) => {
          const [definition, known] = ["definition", "known"].map((id) =>
            document.getElementById(id)?.nextElementSibling?.textContent ?? ""
          );
          return definition.length < 40 || known === "";
        });
      assertEquals(lacking.map(([path]) => path), []);
    });
  }));

Deno.test("a link to a page, a heading or a file that is not there is found", () => {
  const page = (html: string) => parseHTML(`<html><body>${html}</body></html>`).document;
  const documents = new Map([
    ["index.html", page(`<a href="a/b.html#c">b</a> <a href="a/b.html#d">d</a> <img src="e.png">`)],
    ["a/b.html", page(`<h2 id="c">c</h2> <a href="../index.html">up</a> <a href="f.html">f</a>`)],
  ]);
  assertEquals(deadLinks(documents, new Set(documents.keys())), [
    "index.html: a/b.html#d",
    "index.html: e.png",
    "a/b.html: f.html",
  ]);
});
