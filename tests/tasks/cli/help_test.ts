import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Arguments, type Command } from "../../../tasks/cli/arguments.ts";
import { helpText, wrapped } from "../../../tasks/cli/help.ts";
import { taskArguments } from "../../tiny.ts";

const command: Command = {
  name: "probe",
  summary: "Probe the help of a command line, in a sentence that is longer than a line.",
  options: { input: { value: "PATH", help: "The source of everything else", required: true } },
  groups: { Engine: { fast: { help: "Hurry, whatever it may cost in the end" } } },
  examples: ["deno task probe --input a --fast", "deno task probe --input some/where/else --fast"],
};

Deno.test("a help text is cut at its width, and what follows stands in the right column", () => {
  assertEquals(
    helpText(command, new Arguments(command, {}), 40).split("\n"),
    [
      "Probe the help of a command line, in a",
      "sentence that is longer than a line.",
      "",
      "Usage: deno task probe [options]",
      "",
      "  --input PATH  The source of everything",
      "                else (required)",
      "",
      "Engine:",
      "  --fast        Hurry, whatever it may",
      "                cost in the end",
      "",
      "Options of every task:",
      "  --json        Write the result as one",
      "                JSON object to stdout,",
      "                for scripts",
      "  --quiet       Say nothing but errors",
      "  -h, --help    Show this text",
      "",
      "Examples:",
      "  deno task probe --input a --fast",
      "  deno task probe \\",
      "    --input some/where/else --fast",
    ],
  );
});

Deno.test("a line without columns is indented as it begins", () => {
  assertEquals(
    wrapped("  some words that wrap here at last", 24),
    "  some words that wrap\n  here at last",
  );
  assertEquals(wrapped("  short", 20), "  short");
});

for (const name of ["train", "prepare", "compare", "rules"]) {
  Deno.test(`deno task ${name} -h shows at most 80 characters a line without a terminal`, async () => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...taskArguments(name), "-h"],
      cwd: new URL("../../../", import.meta.url).pathname,
      env: { NO_COLOR: "1" },
    }).output();
    assertEquals(code, 0);
    const text = new TextDecoder().decode(stdout);
    assertStringIncludes(text, `Usage: deno task ${name}`);
    for (const line of text.split("\n")) assert(line.length <= 80, line);
  });
}
