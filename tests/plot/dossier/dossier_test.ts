import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { dossierHtml, writeDossier } from "ehrloom";
import { parseHTML } from "linkedom";
import { inFolder } from "../../folder.ts";
import { markup } from "../fixture.ts";
import { report, run, sources } from "./fixture.ts";
import { privacyRecord } from "../../evaluate/run_of.ts";

const { document } = parseHTML(dossierHtml(sources()));
const texts = (selector: string, of: Document = document) =>
  Array.from(of.querySelectorAll(selector), ({ textContent }) => textContent ?? "");

Deno.test("dossierHtml() needs no script and requests nothing", () => {
  assertEquals(texts("script").length, 0);
  const policy = document.querySelector("meta[http-equiv]")?.getAttribute("content") ?? "";
  assertEquals(policy, "default-src 'none'; style-src 'unsafe-inline'; img-src data:");
  assertEquals(document.querySelectorAll("button, [src], details").length, 0);
  const links = [...document.querySelectorAll("a")].map((a) => a.getAttribute("href") ?? "");
  assertEquals(links.filter((to) => !to.startsWith("#")), []);
  for (const to of links) assert(document.querySelector(to) !== null, to);
});

Deno.test("dossierHtml() begins with the conclusion and has a section for each of the board's matters", () => {
  assertEquals(texts("main > section h2"), [
    "Conclusion",
    "Which data was used?",
    "What protects the patients?",
    "Which attacks were tried, and what did they find?",
    "Can these checks of privacy be trusted here?",
    "What remains?",
    "Checklist for the board",
    "Words used here",
    "How was it made, and how can it be made again?",
  ]);
  assertEquals(texts(".summary li").length, 3);
  assertEquals(texts(".attack").length, 13);
  assertEquals(document.querySelector("#figure-membership_roc figcaption") !== null, true);
});

Deno.test("dossierHtml() has lines to write on for each question that no file answers", () => {
  const open = document.querySelectorAll(".checklist .open");
  assertEquals(open.length, 9);
  for (const each of open) assertEquals(each.querySelectorAll(".blank").length, 2);
  assertEquals(document.querySelectorAll(".signed .blank").length, 3);
});

Deno.test("dossierHtml() says how all of it is made again, with fingerprints", () => {
  const facts = new Map(
    [...document.querySelectorAll("#reproduction ~ dl dt")]
      .map((dt) => [dt.textContent, dt.nextElementSibling?.textContent]),
  );
  assertEquals(facts.get("Fingerprint of the run"), "r0");
  assertEquals(facts.get("SHA-256 of report.json"), "f0");
  assertEquals(facts.get("Random seed of the synthetic records"), "5");
  assertEquals(texts(".commands code"), [
    "deno task train --from-run RUN --cohort COHORT --out RUN-2",
    "deno task generate --run RUN --count 300 --seed 5 --out SYNTHETIC",
    "deno task evaluate --real COHORT --synthetic SYNTHETIC --run RUN --seed 7 --resamples 1000 " +
    "--min-cell 10 --out REPORT",
    "deno task dossier --run RUN --report REPORT --out dossier.html",
  ]);
});

Deno.test("dossierHtml() of a private run has what is promised beside what was shown", () => {
  const page = parseHTML(dossierHtml(sources({ run: run({ privacy: privacyRecord }) }))).document;
  const section = "[aria-labelledby=protection]";
  const facts = texts(`${section} dt`, page);
  for (const name of ["δ", "Noise multiplier", "Sampling rate of patients", "Accountant"]) {
    assert(facts.includes(name), facts.join());
  }
  assertEquals(texts(`${section} tbody tr`, page).at(-1)?.includes("at most 2.00"), true);
  assertEquals(texts(`${section} tbody tr`).at(-1)?.includes("no upper bound"), true);
});

Deno.test("dossierHtml() shows texts from files as plain text, and a banner where single patients are shown", () => {
  const { real } = report().about;
  const named = report(undefined, { min_cell: 1, real: { ...real, name: markup } });
  const html = dossierHtml(sources({ report: named }), { created: "2026-11-27T10:00:00Z" });
  assertEquals(html.includes("<script"), false);
  const page = parseHTML(html).document;
  assertEquals(page.querySelectorAll("b, img").length, 0);
  assertStringIncludes(page.querySelector("h1")?.textContent ?? "", "<b>bold</b>");
  assertStringIncludes(page.querySelector(".banner")?.textContent ?? "", "inside the owner");
  assertStringIncludes(page.querySelector(".lead")?.textContent ?? "", "27 November 2026");
  assertEquals(document.querySelector(".banner"), null);
});

Deno.test("writeDossier() writes a file, and replaces only one of Ehrloom", () =>
  inFolder(async (folder) => {
    const path = `${folder}/dossier.html`;
    await writeDossier(path, sources());
    const first = await Deno.readTextFile(path);
    await writeDossier(path, sources({ run: run({ privacy: privacyRecord }) }), { force: true });
    assert(await Deno.readTextFile(path) !== first);
    await Deno.writeTextFile(path, "<!doctype html><title>mine</title>");
    const refusal = await writeDossier(path, sources(), { force: true }).catch(String);
    assertStringIncludes(String(refusal), "it is a file that Ehrloom did not write");
  }));
