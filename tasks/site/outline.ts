/**
 * What the book holds and in which order. A document of the repository is a page at its own path, with
 * the ending `.html`, so that links between documents hold; models, measures and the API have pages
 * that are made of the code.
 *
 * @module
 */
import { join } from "node:path";

/** A chapter of documents. */
export interface Chapter {
  readonly title: string;
  /** Paths from the root of the repository. */
  readonly documents: readonly string[];
}

/** What is read first; all other guides follow by their names. */
const firstGuides = [
  "your-own-data",
  "choosing-a-model",
  "reading-a-report",
  "before-you-share",
  "publishing",
  "glossary",
];

/** What is for those who change Ehrloom. */
const forDevelopers = [
  "architecture",
  "decisions",
  "adding-a-model",
  "adding-a-measure",
  "adding-a-source",
];

/** Names of a folder's files that have an ending, without it, sorted. */
async function namesIn(folder: string, ending: string): Promise<string[]> {
  const files = await Array.fromAsync(Deno.readDir(folder));
  return files.filter(({ name }) => name.endsWith(ending))
    .map(({ name }) => name.slice(0, -ending.length)).sort();
}

/** The chapters that are documents of the repository. */
export async function documentChapters(
  root: string,
): Promise<Record<"start" | "lessons" | "guides" | "results" | "developers", Chapter>> {
  const lessons = await namesIn(join(root, "notebooks"), ".ipynb");
  const docs = await namesIn(join(root, "docs"), ".md");
  const specs = await namesIn(join(root, "docs/specs"), ".md");
  const apart = [...firstGuides, ...forDevelopers, "results"];
  const guides = [...firstGuides, ...docs.filter((name) => !apart.includes(name))];
  const inDocs = (names: readonly string[]) => names.map((name) => `docs/${name}.md`);
  return {
    start: { title: "Start", documents: ["README.md"] },
    lessons: { title: "Lessons", documents: lessons.map((name) => `notebooks/${name}.ipynb`) },
    guides: { title: "Guides", documents: inDocs(guides) },
    results: { title: "Results", documents: ["docs/results.md"] },
    developers: {
      title: "For developers",
      documents: [
        "CONTRIBUTING.md",
        ...inDocs(forDevelopers),
        ...specs.map((name) => `docs/specs/${name}.md`),
      ],
    },
  };
}
