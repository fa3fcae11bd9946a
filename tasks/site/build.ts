/**
 * The book: all pages of the site, and what they load, written to a folder.
 *
 * @module
 */
import GithubSlugger from "github-slugger";
import { dirname, join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { syntheaSample } from "ehrloom";
import { measures } from "ehrloom/evaluate/measures.ts";
import { messageOf } from "ehrloom/in_words.ts";
import { isThere } from "ehrloom/files/is_there.ts";
import { models } from "ehrloom/models/mod.ts";
import { pageColours } from "ehrloom/plot/page/style.ts";
import { apiPage, apiSections } from "./api.ts";
import { type Chapter, documentChapters } from "./outline.ts";
import { type Group, pageFile, type SitePage, toRoot } from "./frame.tsx";
import { frontHtml, playFile } from "./front_page.tsx";
import { lessonHtml } from "./lesson.ts";
import { markdownHtml, type PageTexts } from "./markdown.ts";
import { foundMeasures, measurePageHtml, measureTests } from "./measure_page.tsx";
import { modelPageHtml } from "./model_page.tsx";
import { indexScript, sectionsOf, siteScript } from "./search.ts";
import { type SourceDocs, sourceDocs } from "./source_docs.ts";
import css from "./site.css" with { type: "text" };

/** The root of the repository, as an address. */
const root = new URL("../../", import.meta.url).href;
const rootFolder = fileURLToPath(root);

/** Texts of a page, whose links are remembered. */
function textsOf(path: string, linked: Set<string>): PageTexts {
  return {
    slugger: new GithubSlugger(),
    link: (href) => {
      if (/^([a-z]+:|#)/.test(href)) return href;
      const [target, fragment] = href.split("#");
      // an address that begins with "/" is from the root, in comments of the code
      const file = target.startsWith("/")
        ? target.slice(1)
        : posix.join(posix.dirname(path), target);
      linked.add(file);
      const address = toRoot(path) + file.replace(/\.(md|ipynb)$/, ".html");
      return fragment === undefined ? address : `${address}#${fragment}`;
    },
  };
}

/** The text of the first heading of a page. */
function titleOf(path: string, html: string): string {
  const [, title] = html.match(/<h1[^>]*>(.*?)<\/h1>/s) ?? [];
  if (title === undefined) throw new Error(`Cannot make a page of ${path}: it has no title`);
  const entities: Record<string, string> = {
    "&amp;": "&",
    "&lt;": "<",
    "&gt;": ">",
    "&quot;": '"',
  };
  return title.replaceAll(/<[^>]+>/g, "").replaceAll(/&\w+;/g, (each) => entities[each] ?? each);
}

/** A document of the repository as a page. */
async function documentPage(path: string, linked: Set<string>, lessons: string): Promise<SitePage> {
  const isLesson = path.endsWith(".ipynb");
  const isExecuted = isLesson && posix.dirname(path) === "notebooks";
  const file = join(isExecuted ? lessons : rootFolder, isExecuted ? posix.basename(path) : path);
  const text = await Deno.readTextFile(file);
  const texts = textsOf(path, linked);
  try {
    const html = isLesson ? lessonHtml(text, texts) : markdownHtml(text, texts);
    const title = path === "README.md" ? "First steps" : titleOf(path, html);
    return { path: path.replace(/\.(md|ipynb)$/, ".html"), title, html };
  } catch (error) {
    throw new Error(`Cannot make a page of ${path}: ${messageOf(error)}`, { cause: error });
  }
}

async function modelPages(docs: SourceDocs, linked: Set<string>): Promise<SitePage[]> {
  const cohort = await syntheaSample();
  return Object.values(models).map((family) => {
    const path = `models/${family.name}.html`;
    const html = modelPageHtml(family, cohort, docs, textsOf(path, linked));
    return { path, title: family.title ?? family.name, html };
  });
}

async function measureGroups(docs: SourceDocs, linked: Set<string>): Promise<Group[]> {
  const files = [...docs.keys()].filter((file) =>
    Object.keys(measures).some((kind) => file.startsWith(`lib/evaluate/${kind}/`))
  );
  const found = await foundMeasures(root, measures, files);
  const tests = await measureTests(root);
  const pages = found.map((each) => {
    const path = `measures/${each.kind}/${each.measure.key}.html`;
    const html = measurePageHtml(each, { docs, tests }, textsOf(path, linked));
    return { kind: each.kind, path, title: each.measure.question, html };
  });
  return Object.entries(Object.groupBy(pages, ({ kind }) => kind))
    .map(([kind, pages = []]) => ({ title: `Measures of ${kind}`, pages }));
}

/** What a build is told. */
export interface SiteOptions {
  /** Folder with the notebooks whose outputs the lessons show. */
  readonly lessons: string;
}

/** What a site consists of, besides what others wrote into its folder. */
interface Contents {
  /** Pages in the order of the contents list. */
  readonly groups: readonly Group[];
  /** Pages that are not in that list. */
  readonly apart: readonly SitePage[];
  /** Files that pages show. */
  readonly files: ReadonlySet<string>;
}

async function contents(docs: SourceDocs, { lessons }: SiteOptions): Promise<Contents> {
  const linked = new Set<string>();
  const chapters = await documentChapters(rootFolder);
  const group = async ({ title, documents }: Chapter): Promise<Group> => ({
    title,
    pages: await Promise.all(documents.map((path) => documentPage(path, linked, lessons))),
  });
  const groups: Group[] = [
    { ...await group(chapters.start), others: [["Play with a model", playFile]] },
    await group(chapters.lessons),
    await group(chapters.guides),
    { title: "Models", pages: await modelPages(docs, linked) },
    ...await measureGroups(docs, linked),
    await group(chapters.results),
    { ...await group(chapters.developers), others: [["API: all functions", apiPage]] },
  ];
  // documents that these link to, and those that they link to
  const apart: SitePage[] = [];
  const known = new Set(Object.values(chapters).flatMap(({ documents }) => documents));
  for (const path of linked) {
    if (known.has(path) || !/\.(md|ipynb)$/.test(path)) continue;
    known.add(path);
    apart.push(await documentPage(path, linked, lessons));
  }
  return { groups, apart, files: linked.difference(known) };
}

/**
 * Writes the book around the page to play with and the reference of all functions.
 *
 * @param folder has these two; files of the same names as the book's are replaced
 * @returns the number of pages
 * @throws {Error} If a document cannot be shown, or links to a file that is not there
 */
export async function buildSite(folder: string, options: SiteOptions): Promise<number> {
  const docs = await sourceDocs(rootFolder, ["mod.ts", "lib/models", "lib/evaluate"]);
  const { groups, apart, files } = await contents(docs, options);
  const front: SitePage = { path: "index.html", title: "Ehrloom", html: frontHtml(groups) };
  const pages = [front, ...groups.flatMap(({ pages }) => pages), ...apart];
  const write = async (path: string, text: string) => {
    await Deno.mkdir(dirname(join(folder, path)), { recursive: true });
    await Deno.writeTextFile(join(folder, path), text);
  };
  for (const page of pages) await write(page.path, pageFile(page, groups));
  await write("site.css", pageColours + css);
  await write("site.js", await siteScript(root));
  const sections = [...pages.flatMap(sectionsOf), ...await apiSections(folder, docs)];
  await write("search_index.js", indexScript(sections));
  for (const file of files) {
    if (!await isThere(join(rootFolder, file))) {
      throw new Error(`A page links to ${file}, which is not there`);
    }
    await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
    await Deno.copyFile(join(rootFolder, file), join(folder, file));
  }
  return pages.length;
}
