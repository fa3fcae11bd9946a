import { assertEquals, assertThrows } from "@std/assert";
import type { SourceSummary } from "ehrloom";
import { listOption, switchOption } from "ehrloom/cohort/sources/source.ts";
import { Arguments, UsageError } from "../../../tasks/cli/command.ts";
import { sourceGroups, sourceValues } from "../../../tasks/cli/source_options.ts";

const letters: SourceSummary = {
  name: "letters",
  summary: "",
  options: {
    tables: listOption(["a", "b"], { help: "Tables to read", default: ["a"] }),
    byHour: switchOption("A visit is an hour"),
  },
  problem: ({ byHour, tables }) =>
    byHour && String(tables) !== "b" ? "--by-hour needs --tables b" : undefined,
};
const numbers: SourceSummary = {
  name: "numbers",
  summary: "",
  options: { tables: listOption(["1", "2"], { help: "Tables to read", default: undefined }) },
};
const plain: SourceSummary = { name: "plain", summary: "", options: {} };
const sources = [letters, numbers, plain];

/** The values of a source when the command line gives these options. */
function values(source: SourceSummary, given: Record<string, unknown>) {
  const options = Object.assign({}, ...Object.values(sourceGroups(sources)));
  const command = { name: "x", summary: "", options, examples: [] };
  return sourceValues(source, sources, new Arguments(command, { "by-hour": false, ...given }));
}

Deno.test("sourceGroups() lists the options of each source that has some", () => {
  assertEquals(sourceGroups(sources), {
    letters: {
      tables: { value: "A,B", help: "Tables to read (default a)" },
      "by-hour": { help: "A visit is an hour" },
    },
    numbers: { tables: { value: "A,B", help: "Tables to read" } },
  });
});

Deno.test("sourceValues() are what was given, each read by the chosen source", () => {
  assertEquals(values(letters, {}), {});
  assertEquals(values(letters, { tables: "b", "by-hour": true }), { tables: ["b"], byHour: true });
  assertEquals(values(numbers, { tables: "2,1" }), { tables: ["2", "1"] });
});

Deno.test("sourceValues() refuses, as a usage error, what the chosen source cannot take", () => {
  const refuses = (source: SourceSummary, given: Record<string, unknown>, wanted: string) =>
    assertThrows(() => values(source, given), UsageError, wanted);
  refuses(numbers, { tables: "a" }, '--tables names "a"; known: 1, 2');
  refuses(plain, { tables: "a" }, "--tables is an option of letters, numbers, not of plain");
  refuses(numbers, { "by-hour": true }, "--by-hour is an option of letters, not of numbers");
  refuses(letters, { "by-hour": true }, "--by-hour needs --tables b");
});
