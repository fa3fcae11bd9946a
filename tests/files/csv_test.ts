import { assertEquals, assertRejects } from "@std/assert";
import { csvPath, readCsv } from "ehrloom/files/csv.ts";

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

Deno.test("readCsv() names a missing column, an empty file, cut-off gzip, a missing file", async () => {
  const read = (path: string) => readCsv(path, ["START"], () => {});
  await withFile("Id,STOP\n1,2\n", async (path) => {
    await assertRejects(
      () => read(path),
      SyntaxError,
      "it has no column START, its columns are Id",
    );
  });
  await withFile("", async (path) => {
    await assertRejects(() => read(path), SyntaxError, `Cannot read "${path}": it is empty`);
  });
  const whole = await gzip("START\n" + "2020-01-01\n".repeat(1000));
  await withFile(whole.subarray(0, 60), async (path) => {
    await assertRejects(() => read(path), SyntaxError, "cut off or damaged");
  }, ".csv.gz");
  await assertRejects(() => read("/nowhere.csv"), Deno.errors.NotFound, "no such file");
});

Deno.test("csvPath() finds NAME.csv and NAME.csv.gz, and tells a missing file from a missing folder", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/a.csv`, "");
  await Deno.writeTextFile(`${folder}/b.csv.gz`, "");
  assertEquals(await csvPath(folder, "a"), `${folder}/a.csv`);
  assertEquals(await csvPath(folder, "b"), `${folder}/b.csv.gz`);
  await assertRejects(() => csvPath(folder, "c"), Deno.errors.NotFound, "it holds no c.csv");
  await assertRejects(() => csvPath(`${folder}/x`, "c"), Deno.errors.NotFound, "no such folder");
  await Deno.remove(folder, { recursive: true });
});
