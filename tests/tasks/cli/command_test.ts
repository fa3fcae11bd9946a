import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";

const root = new URL("../../../", import.meta.url).pathname;

/** Runs a small task of its own, so that only command.ts is under test. */
async function task(...args: string[]) {
  const program = `
    import { runCommand, say } from "${root}tasks/cli/command.ts";
    await runCommand({
      name: "probe",
      summary: "Probe the command line",
      options: {
        input: { value: "PATH", help: "The source", required: true },
        count: { value: "N", help: "How many", default: "3" },
        label: { value: "L", help: "A label", many: true },
        share: { value: "X", help: "A number", default: "0" },
        fast: { help: "Hurry" },
      },
      examples: ["deno task probe --input x"],
    }, async (args, onProgress) => {
      onProgress({ stage: "probing", done: 1, total: 2 });
      await Promise.resolve();
      if (args.text("input") === "bad") throw new RangeError("It is bad\\nand so on");
      if (args.text("input") === "forged") {
        onProgress({ stage: "training", done: 1, total: 1, note: "x" });
        say("label \\u202ex\\nwrote runs/a \\x1b[2J\\u0085");
        throw new RangeError('Cannot use "' + "x".repeat(2000) + '"\\r\\x07');
      }
      if (args.text("input") === "long") await Deno.lstat("/" + "y".repeat(256));
      if (args.text("input") === "temporary") await Deno.makeTempDir();
      args.number("share", { min: 0 });
      say(JSON.stringify([
        args.path("input"), args.integer("count", { min: 1, max: 9 }), args.all("label"),
        args.has("fast"),
      ]));
      return { count: args.integer("count", { min: 1 }), label: "line\\nbreak" };
    });`;
  const path = await Deno.makeTempFile({
    dir: `${root}tests/tasks`,
    suffix: ".ts",
    prefix: ".probe",
  });
  try {
    await Deno.writeTextFile(path, program);
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", path, ...args],
      cwd: root,
      env: { INIT_CWD: "/home/user", NO_COLOR: "1", TMPDIR: "/nowhere" },
    }).output();
    const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
    return { code, out: text(stdout), lines: text(stderr).trimEnd().split("\n") };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("runCommand() passes options on, paths from where the user stands, and exits 0", async () => {
  const { code, lines } = await task("--input", "a/b", "--label", "x", "--label=y=1", "--fast");
  assertEquals(code, 0);
  assertEquals(lines, [JSON.stringify(["/home/user/a/b", 3, ["x", "y=1"], true])]);
});

Deno.test("runCommand() makes a sentence of what the system says of a path", async () => {
  const { lines } = await task("--input", "long");
  assertEquals(lines, [`error: Cannot use "/${"y".repeat(256)}": File name too long`]);
  const temporary = await task("--input", "temporary");
  assertEquals(temporary.lines, [
    'error: Cannot use TMPDIR "/nowhere" for temporary files: No such file or directory',
  ]);
});

Deno.test("runCommand() prints its help on stdout and exits 0", async () => {
  const { code, out } = await task("--help");
  assertEquals(code, 0);
  assertMatch(out, /Usage: deno task probe \[options\]/);
  assertMatch(out, /--count N {2,}How many \(default 3\)/);
  assertStringIncludes(out, "deno task probe --input x");
});

Deno.test("runCommand() takes -h for --help", async () => {
  const { code, out } = await task("-h");
  assertEquals(code, 0);
  assertEquals(out, (await task("--help")).out);
});

Deno.test("runCommand() with --json prints the result as one object on stdout, and people's text on stderr", async () => {
  const { code, out, lines } = await task("--input", "a", "--count", "4", "--json");
  assertEquals(code, 0);
  assertEquals(JSON.parse(out), { task: "probe", count: 4, label: "line\nbreak" });
  assertEquals(out.trimEnd().split("\n").length, 1);
  assertEquals(lines, ['["/home/user/a",4,[],false]']);
  assertEquals((await task("--input", "a")).out, "");
});

Deno.test("runCommand() with --json prints what is wrong as one object too", async () => {
  const bad = await task("--input", "bad", "--json");
  assertEquals(bad.code, 1);
  assertEquals(JSON.parse(bad.out), { task: "probe", error: "It is bad\nand so on" });
  const usage = await task("--json");
  assertEquals(usage.code, 2);
  assertEquals(JSON.parse(usage.out), { task: "probe", error: "--input PATH is required" });
});

Deno.test("runCommand() with --quiet says nothing but errors", async () => {
  assertEquals(await task("--input", "a", "--quiet"), { code: 0, out: "", lines: [""] });
  const { code, lines } = await task("--input", "bad", "--quiet");
  assertEquals(code, 1);
  assertEquals(lines, [String.raw`error: It is bad\nand so on`]);
});

Deno.test("runCommand() exits 1 with one line for an error, without a stack", async () => {
  const { code, lines } = await task("--input", "bad");
  assertEquals(code, 1);
  assertEquals(lines, [String.raw`error: It is bad\nand so on`]);
});

Deno.test("runCommand() and say() show what data hold in one line each, hidden characters as escapes", async () => {
  const { code, lines } = await task("--input", "forged");
  assertEquals(code, 1);
  const [said, error, ...more] = lines;
  assertEquals(said, String.raw`label \u202ex\nwrote runs/a \x1b[2J\x85`);
  assertMatch(error, /^error: Cannot use "x{150}… 1700 characters …x{150}"\\r\\x07$/);
  assertEquals(more, []);
});

for (
  const [args, wanted] of [
    [[], "error: --input PATH is required"],
    [["--input"], "error: --input has no value, must be PATH"],
    [["--input", "x", "--count"], "error: --count has no value, must be N"],
    [["--input", ""], "error: --input is empty, must be PATH"],
    [["--input", "x", "--count", ""], "error: --count is empty, must be N"],
    [["--input", "x", "--count="], "error: --count is empty, must be N"],
    [["--input", "x", "--count", " "], "error: --count is empty, must be N"],
    [["--input", "x", "--label", "y", "--label", ""], "error: --label is empty, must be L"],
    [["--input", "x", "--share", "1e999"], "error: --share is 1e999, must be a number, at least 0"],
    [["--input", "x", "--cuont", "4"], "error: unknown argument --cuont; did you mean --count?"],
    [["--input", "x", "--label=y", "--shares=4"], "--shares=4; did you mean --share?"],
    [["--input", "x", "-f"], "error: unknown argument -f; known: --input"],
    [["--input", "x", "y"], "error: y stands alone; say what it is, such as --input y"],
    [
      ["--input", "x", "--count", "0"],
      "error: --count is 0, must be a whole number between 1 and 9",
    ],
    [
      ["--input", "x", "--count", "2.5"],
      "error: --count is 2.5, must be a whole number between 1 and 9",
    ],
    [
      ["--input", "x", "--count", "many"],
      "error: --count is many, must be a whole number between 1 and 9",
    ],
    [
      ["--input", "x", "--count=-1"],
      "error: --count is -1, must be a whole number between 1 and 9",
    ],
  ] as [string[], string][]
) {
  Deno.test(`runCommand() exits 2 on: ${args.join(" ") || "no options"}`, async () => {
    const { code, lines } = await task(...args);
    assertEquals(code, 2);
    assertStringIncludes(lines[0], wanted);
    assertEquals(lines.slice(1), ["See deno task probe --help"]);
  });
}
