import { assert, assertEquals, assertRejects } from "@std/assert";
import papa from "papaparse";
import { csvPath, readCsv } from "ehrloom/files/csv.ts";
import { random } from "ehrloom/random.ts";
import { inFolder } from "../folder.ts";

async function withFile(
  content: string | Uint8Array,
  use: (path: string) => Promise<void>,
  suffix = ".csv",
) {
  const path = await Deno.makeTempFile({ suffix });
  try {
    await Deno.writeFile(
      path,
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

async function gzip(text: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

Deno.test("readCsv() gives the columns in the order asked for, quoted fields whole", async () => {
  const text = '\ufeffa,b,c\r\n1,"x, ""y""\r\nz",3\r\n\r\n4,5,6';
  await withFile(text, async (path) => {
    const rows: string[][] = [];
    await readCsv(path, ["c", "b"], (fields) => void rows.push([...fields]));
    assertEquals(rows, [["3", 'x, "y"\r\nz'], ["6", "5"]]);
  });
});

Deno.test("readCsv() loses no row between blocks, plain or gzipped", async () => {
  const lines = Array.from(
    { length: 60_000 },
    (_, row) => row % 7 === 0 ? `${row},"quoted\n${row}"` : `${row},plain ${row}`,
  );
  const text = ["id,text", ...lines].join("\n") + "\n";
  for (const suffix of [".csv", ".csv.gz"]) {
    await withFile(suffix === ".csv" ? text : await gzip(text), async (path) => {
      let next = 0;
      await readCsv(path, ["id", "text"], ([id, name]) => {
        assertEquals(id, String(next));
        assertEquals(name, next % 7 === 0 ? `quoted\n${next}` : `plain ${next}`);
        next++;
      });
      assertEquals(next, lines.length);
    }, suffix);
  }
});

Deno.test("readCsv() gives random tables as Papa Parse wrote them", async () => {
  const draw = random(7);
  const signs = ["a", "b", ",", '"', "\n", "\r\n", " ", '""', "é", ""];
  for (let table = 0; table < 200; table++) {
    const cell = () =>
      Array.from({ length: draw.integer(5) }, () => signs[draw.integer(signs.length)]).join("");
    const rows = Array.from({ length: 1 + draw.integer(6) }, () => [cell(), cell(), cell()]);
    const newline = draw.integer(2) === 0 ? "\n" : "\r\n";
    const text = papa.unparse([["a", "b", "c"], ...rows], { newline });
    await withFile(draw.integer(2) === 0 ? text : text + newline, async (path) => {
      const found: string[][] = [];
      await readCsv(path, ["a", "b", "c"], (fields) => void found.push([...fields]));
      assertEquals(found, rows, text);
    });
  }
});

Deno.test("readCsv() names file and row of a row with too many or too few fields", async () => {
  await withFile("a,b\n1,2\n1,2,3\n", async (path) => {
    const read = () => readCsv(path, ["a"], () => {});
    await assertRejects(
      read,
      SyntaxError,
      `Cannot read "${path}" row 3: it has 3 fields, the header has 2`,
    );
  });
});

Deno.test("readCsv() reports bad rows to onBadRow and reads on behind a stray quote", async () => {
  await withFile('a,b\n1,2\n"3,4\n5,6\n"7"8,9\n10\n11,12\n', async (path) => {
    const kept: string[] = [];
    const bad: string[] = [];
    await readCsv(path, ["a"], ([a]) => {
      if (a === "11") return 'a is "11"';
      kept.push(a);
    }, { onBadRow: (problem) => bad.push(problem.replace(/^.*" row/, "row")) });
    assertEquals(kept, ["1", "5"]);
    assertEquals(bad, [
      "row 3: its quotes do not pair",
      "row 5: its quotes do not pair",
      "row 6: it has 1 fields, the header has 2",
      'row 7: a is "11"',
    ]);
  });
});

Deno.test("readCsv() keeps rows over several lines beside a stray quote, line breaks as they are", async () => {
  const text = 'a,b\r\n5" nail,1\r\n"x\r\ny",2\r\n"stray,3\r\n\r\n"p\n""q""\nr",4\r\n';
  await withFile(text, async (path) => {
    const kept: string[] = [];
    const bad: string[] = [];
    await readCsv(path, ["a", "b"], (row) => void kept.push(row.join()), {
      onBadRow: (problem) => bad.push(problem.replace(/^.*" row/, "row")),
    });
    assertEquals(kept, ['5" nail,1', "x\r\ny,2", 'p\n"q"\nr,4']);
    assertEquals(bad, ["row 4: its quotes do not pair"]);
  });
});

/** How long it takes to read a file, and how many rows are bad. */
async function timedReading(text: string): Promise<{ seconds: number; bad: number }> {
  let bad = 0;
  let seconds = 0;
  await withFile(text, async (path) => {
    const began = performance.now();
    await readCsv(path, ["a"], () => {}, { onBadRow: () => bad++ });
    seconds = (performance.now() - began) / 1000;
  });
  return { seconds, bad };
}

Deno.test("readCsv() takes time in proportion to stray quotes: 65,000 in under 5 seconds", async () => {
  // quadratic in them these took 38 seconds, now 0.1 each
  for (const line of ['5,"x"y\n', '"x,1\n1,"y" z\n', '5" a,"b" c\n', 'z",y,"w\n', '"\n"x"y\n']) {
    const { seconds, bad } = await timedReading("a,b\n" + line.repeat(65_000));
    assert(bad >= 65_000);
    assert(seconds < 5, `${seconds} seconds`);
  }
});

Deno.test("readCsv() stops at a row that cannot be one, whether it skips bad rows or not", async () => {
  for (const filler of [",", "x"]) {
    const bomb = await gzip("a,b\n1,2\n" + filler.repeat(40_000_000));
    await withFile(bomb, async (path) => {
      for (const onBadRow of [undefined, () => {}]) {
        let rows = 0;
        await assertRejects(
          () => readCsv(path, ["a"], () => void rows++, { onBadRow }),
          SyntaxError,
          `Cannot read "${path}" row 3: it is longer than 16 million characters`,
        );
        assertEquals(rows, 1);
      }
    }, ".csv.gz");
  }
});

Deno.test("readCsv() names a missing column, an empty file, cut-off gzip, a missing file", async () => {
  const read = (path: string) => readCsv(path, ["START"], () => {});
  await withFile("Id,STOP\n1,2\n", async (path) => {
    await assertRejects(
      () => read(path),
      SyntaxError,
      "it has no column START; its columns are Id",
    );
  });
  await withFile("", async (path) => {
    await assertRejects(() => read(path), SyntaxError, `Cannot read "${path}": it is empty`);
  });
  const whole = await gzip("START\n" + "2020-01-01\n".repeat(1000));
  await withFile(whole.subarray(0, 60), async (path) => {
    await assertRejects(() => read(path), SyntaxError, "truncated or damaged");
  }, ".csv.gz");
  await assertRejects(() => read("/nowhere.csv"), Deno.errors.NotFound, "no such file");
});

Deno.test("csvPath() finds NAME.csv and NAME.csv.gz, and tells a missing file from a missing folder", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.csv`, "");
  await Deno.writeTextFile(`${folder}/b.csv.gz`, "");
  assertEquals(await csvPath(folder, "a"), `${folder}/a.csv`);
  assertEquals(await csvPath(folder, "b"), `${folder}/b.csv.gz`);
  await assertRejects(() => csvPath(folder, "c"), Deno.errors.NotFound, "it has no c.csv");
  await assertRejects(() => csvPath(`${folder}/x`, "c"), Deno.errors.NotFound, "no such folder");
  const long = `${folder}/${"x".repeat(300)}`;
  await assertRejects(
    () => csvPath(long, "c"),
    Error,
    `Cannot read "${long}/c.csv": File name too long`,
  );
  await Deno.remove(folder, { recursive: true });
});

Deno.test("readCsv() reads lines that end as on an old Mac", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/a.csv`, "a,b\r1,2\r3,4\r");
    const found: string[] = [];
    await readCsv(`${folder}/a.csv`, ["b"], ([b]) => void found.push(b));
    assertEquals(found, ["2", "4"]);
  }));
