// The teacher's page says which figures to expect: they are those that the notebooks store.
import { assertEquals, assertGreater } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tutorialNames } from "../../tasks/notebooks/working_copy.ts";
import { readNotebook, whole } from "../notebooks/notebook.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const page = Deno.readTextFileSync(join(root, "docs", "teaching.md"));

/** The numbers of a text, without separators between thousands. */
function numbersIn(text: string): string[] {
  return text.replace(/(\d),(?=\d{3}\b)/g, "$1").replaceAll("−", "-").match(/-?\d+(?:\.\d+)?/g) ??
    [];
}

const sections = page.split(/^## \d+\. /m).slice(1).map((text) => ({
  notebook: text.match(/\]\(\.\.\/notebooks\/([^)]+)\)/)?.[1] ?? "",
  expected: Array.from(text.matchAll(/^\| [^|]+ \| `([\w-]+)` +\| ([^|]+) \|$/gm)),
}));

Deno.test("the teacher's page has all lessons, in order", () => {
  assertEquals(
    sections.map(({ notebook }) => notebook),
    tutorialNames().filter((name) => !name.startsWith("solutions")),
  );
});

for (const { notebook, expected } of sections) {
  Deno.test(`the figures that teachers expect of ${notebook} are in its stored outputs`, async () => {
    assertGreater(expected.length, 1);
    const { cells } = await readNotebook(join(root, "notebooks", notebook));
    const missing: string[] = [];
    for (const [, id, figures] of expected) {
      const data = cells.find((cell) => cell.id === id)?.outputs?.[0]?.data ?? {};
      const stored = numbersIn(whole(data["text/markdown"] ?? data["text/plain"] ?? ""));
      const absent = numbersIn(figures.replaceAll(", ", " ")).filter((n) => !stored.includes(n));
      if (absent.length > 0) missing.push(`${id}: ${absent.join(", ")}`);
    }
    assertEquals(missing, []);
  });
}
