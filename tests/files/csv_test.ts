import { assert, assertEquals, assertRejects } from "@std/assert";
import papa from "papaparse";
import { csvPath, readCsv, readCsvHeader, type ReadCsvOptions } from "ehrloom/files/csv.ts";
import { random } from "ehrloom/random.ts";

async function withFile(
  content: string | Uint8Array,
  use: (path: string) => Promise<unknown>,
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

async function rowsIn(
  content: string | Uint8Array,
  { suffix = ".csv", ...options }: ReadCsvOptions & { suffix?: string } = {},
): Promise<string[]> {
  const rows: string[] = [];
  const see = (fields: readonly string[]) => void rows.push(fields.join());
  await withFile(content, (path) => readCsv(path, ["a", "b"], see, options), suffix);
  return rows;
}

Deno.test("readCsv() ends rows at LF, CRLF and lone CR in any mixture, but not in quotes", async () => {
  assertEquals(await rowsIn("a,b\r1,2\r3,4\r"), ["1,2", "3,4"]);
  assertEquals(await rowsIn("a,b\r\n1,2\n3,4\r5,6\n\r7,8\r\r\n9,0"), [
    ...["1,2", "3,4", "5,6", "7,8", "9,0"],
  ]);
  assertEquals(await rowsIn('a,b\n1,"x\ry\r\nz\n"\r"p\r",2\r'), ["1,x\ry\r\nz\n", "p\r,2"]);
});

Deno.test("readCsv() reads mixed line ends the same, wherever its pieces are cut", async () => {
  const draw = random(11);
  const ends = ["\n", "\r\n", "\r"];
  const wanted = Array.from(
    { length: 40_000 },
    (_, row) => `${row},${"x".repeat(draw.integer(9))}`,
  );
  const text = ["a,b", ...wanted].map((row) => row + ends[draw.integer(3)]).join("");
  assertEquals(await rowsIn(text), wanted);
  assertEquals(await rowsIn(await gzip(text), { suffix: ".csv.gz" }), wanted);
});

Deno.test("readCsv() counts rows of mixed line ends as they stand, and reads on behind a stray quote", async () => {
  const bad: string[] = [];
  const rows = await rowsIn('a,b\r\n1,2\r3\n"4,5\r6,7\r\n8\r', {
    onBadRow: (problem) => bad.push(problem.replace(/^.*" row/, "row")),
  });
  assertEquals(rows, ["1,2", "6,7"]);
  assertEquals(bad, [
    "row 3: it has 1 fields, the header has 2",
    "row 4: its quotes do not pair",
    "row 6: it has 1 fields, the header has 2",
  ]);
});

Deno.test("readCsv() takes quotes behind spaces for quotes", async () => {
  assertEquals(await rowsIn('"a", "b"\n"1",  "x, y" \n 2, z\n'), ["1,x, y", " 2, z"]);
});

function concatenated(...parts: Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

Deno.test("readCsv() reads all members of a gzip file, and zeros behind them", async () => {
  const wanted = Array.from({ length: 3000 }, (_, row) => `${row},${row * row}`);
  const [header, first, second, none] = await Promise.all([
    "a,b\n",
    wanted.slice(0, 1000).join("\n"),
    "\n" + wanted.slice(1000).join("\n"),
    "",
  ].map(gzip));
  const members = concatenated(header, none, first, second, none);
  const gz = { suffix: ".csv.gz" };
  assertEquals(await rowsIn(members, gz), wanted);
  assertEquals(await rowsIn(concatenated(members, new Uint8Array(200_000)), gz), wanted);
  const many = await Promise.all(["a,b", ...wanted.slice(0, 500)].map((row) => gzip(row + "\n")));
  assertEquals(await rowsIn(concatenated(...many), gz), wanted.slice(0, 500));
});

Deno.test("readCsv() refuses gzip that is cut off in any member, or goes on as something else", async () => {
  const [first, second] = [await gzip("a,b\n1,2\n"), await gzip("3,4\n")];
  const whole = concatenated(first, second);
  for (
    const broken of [
      ...[1, 2, 9, 20].map((length) => concatenated(first, second.subarray(0, length))),
      ...[1, 5, 9].map((missing) => whole.subarray(0, whole.length - missing)),
      ...[3, 15, 17].map((length) => whole.subarray(0, length)),
      concatenated(whole, new TextEncoder().encode("5,6\n")),
      concatenated(first, new Uint8Array(3), second),
      concatenated(first, new Uint8Array(200_000), second),
      concatenated(Uint8Array.of(0x1e), whole.subarray(1)),
    ]
  ) {
    await assertRejects(
      () => rowsIn(broken, { suffix: ".csv.gz" }),
      SyntaxError,
      "the gzip data is truncated or damaged after row",
    );
  }
});

Deno.test("readCsv() tells gzip by its first bytes, not by the file's name", async () => {
  assertEquals(await rowsIn("a,b\n1,2\n", { suffix: ".csv.gz" }), ["1,2"]);
  assertEquals(await rowsIn(await gzip("a,b\n1,2\n")), ["1,2"]);
  await assertRejects(() => rowsIn("", { suffix: ".csv.gz" }), SyntaxError, "it is empty");
});

/** UTF-16 of a text, without a mark. */
function utf16(text: string, { bigEndian = false } = {}): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(2 * text.length));
  for (let i = 0; i < text.length; i++) bytes.setUint16(2 * i, text.charCodeAt(i), !bigEndian);
  return new Uint8Array(bytes.buffer);
}

/** Latin-1 of a text. */
const latin1 = (text: string) => Uint8Array.from(text, (sign) => sign.charCodeAt(0));

Deno.test("readCsv() names row, column and text that are not UTF-8, and can leave such rows out", async () => {
  const bytes = latin1("a,b\n1,2\n\n3,Sj\xf6gren\n4,\xff\n5,6\n");
  await assertRejects(
    () => rowsIn(bytes),
    SyntaxError,
    'row 4: b is "Sj\ufffdgren", which is not UTF-8; save it as UTF-8, or pass its encoding',
  );
  const bad: string[] = [];
  const rows = await rowsIn(bytes, { onBadRow: (problem) => bad.push(problem) });
  assertEquals([rows, bad.length], [["1,2", "5,6"], 2]);
  await assertRejects(() => rowsIn(latin1("a,b\n1,caf\xe9")), SyntaxError, "row 2: b is");
});

Deno.test("readCsv() does not mind other bytes in columns that it does not read, nor a written \ufffd", async () => {
  const bytes = concatenated(
    latin1("a,name,b\n1,Jos\xe9,2\n"),
    new TextEncoder().encode("3,José,\ufffd\n"),
  );
  assertEquals(await rowsIn(bytes), ["1,2", "3,\ufffd"]);
});

Deno.test("readCsv() reads the encoding that is named, over all its pieces", async () => {
  const wanted = Array.from({ length: 30_000 }, (_, row) => `${row},Größe é ${row}`);
  const text = ["a,b", ...wanted].join("\r\n");
  assertEquals(await rowsIn(text), wanted);
  for (const encoding of ["latin1", "windows-1252", "ISO-8859-15"]) {
    assertEquals(await rowsIn(latin1(text), { encoding }), wanted);
  }
  assertEquals(await rowsIn(utf16(text), { encoding: "utf-16le" }), wanted);
  assertEquals(await rowsIn(utf16(text, { bigEndian: true }), { encoding: "utf-16be" }), wanted);
  const signs = Array.from({ length: 30_000 }, (_, row) => `${row},${"日本😀".repeat(row % 5)}`);
  assertEquals(await rowsIn(["a,b", ...signs].join("\n")), signs);
  const gbk = concatenated(latin1("a,b\n1,"), Uint8Array.of(0xd6, 0xd0));
  assertEquals(await rowsIn(gbk, { encoding: "gbk" }), ["1,中"]);
  await assertRejects(
    () => rowsIn(latin1("a,b\n1,\xff\n"), { encoding: "gbk" }),
    SyntaxError,
    "which is not GBK",
  );
  await assertRejects(() => rowsIn(text, { encoding: "utf-99" }), RangeError, 'is "utf-99"');
});

Deno.test("readCsv() knows byte order marks: UTF-8 is read, UTF-16 named unless an encoding is", async () => {
  const text = "a,b\n1,2\n";
  const marked = new TextEncoder().encode("\ufeff" + text);
  for (const encoding of [undefined, "latin1", "utf-16le"]) {
    assertEquals(await rowsIn(marked, { encoding }), ["1,2"]);
    assertEquals(await rowsIn(await gzip("\ufeff" + text), { encoding }), ["1,2"]);
  }
  for (const [name, bigEndian] of [["utf-16le", false], ["utf-16be", true]] as const) {
    const bytes = utf16("\ufeff" + text, { bigEndian });
    await assertRejects(
      () => rowsIn(bytes),
      SyntaxError,
      `it is ${name.toUpperCase()} by its byte order mark, not UTF-8; save it as UTF-8`,
    );
    assertEquals(await rowsIn(bytes, { encoding: name }), ["1,2"]);
    await assertRejects(() => rowsIn(utf16(text, { bigEndian })), SyntaxError, "as UTF-16 has");
  }
});

Deno.test("readCsv() finds columns in letters of any case, older ones, and does without some", async () => {
  const read = async (text: string) => {
    const rows: string[] = [];
    const columns = [{ name: "Id", older: "KEY" }, "START", { name: "SYSTEM", missing: "none" }];
    await withFile(text, (path) => readCsv(path, columns, (row) => void rows.push(row.join())));
    return rows;
  };
  assertEquals(await read("ID,start\n1,2\n"), ["1,2,none"]);
  assertEquals(await read("id,Start,System\n1,2,3\n"), ["1,2,3"]);
  assertEquals(await read("key,START,id,ID,Id\n1,2,3,4,5\n"), ["5,2,none"]);
  assertEquals(await read("Key,START\n1,2\n"), ["1,2,none"]);
  await assertRejects(() => read("START\n"), SyntaxError, "it has no column Id");
  await assertRejects(
    () => read("ID,id,START\n"),
    SyntaxError,
    "for Id it has the columns ID and id",
  );
  await assertRejects(() => read("Id,START,START\n"), SyntaxError, "the columns START and START");
});

Deno.test("readCsv() reads fields between semicolons or tabs, and quotes as characters if asked", async () => {
  const read = async (text: string, options: ReadCsvOptions) => {
    const rows: string[][] = [];
    await withFile(
      text,
      (path) => readCsv(path, ["a", "b"], (fields) => void rows.push([...fields]), options),
    );
    return rows;
  };
  assertEquals(await read('a;b\n1,5;"x;y"\n', { delimiter: ";" }), [["1,5", "x;y"]]);
  const tabs = 'a\tb\n"one" and\ttwo"\n"\t"\n';
  assertEquals(await read(tabs, { delimiter: "\t", hasQuotes: false }), [
    ['"one" and', 'two"'],
    ['"', '"'],
  ]);
});

for (
  const [what, text, wanted] of [
    ["commas", "a,b;c,d\n1;2;3\n", { columns: ["a", "b;c", "d"], delimiter: "," }],
    ["semicolons", '\n a ;"b;c";d,e\n', { columns: ["a", "b;c", "d,e"], delimiter: ";" }],
    ["tabs", "a\tb\tc;d\r\n", { columns: ["a", "b", "c;d"], delimiter: "\t" }],
    ["one column", "a\n1\n", { columns: ["a"], delimiter: "," }],
  ] as const
) {
  Deno.test(`readCsvHeader() knows ${what}`, async () => {
    await withFile(text, async (path) => {
      assertEquals(await readCsvHeader(path), wanted);
    });
    await withFile(await gzip(text), async (path) => {
      assertEquals(await readCsvHeader(path), wanted);
    }, ".csv.gz");
  });
}

Deno.test("readCsvHeader() refuses what has no header", async () => {
  const refuses = (content: string | Uint8Array, wanted: string, suffix?: string) =>
    withFile(content, async (path) => {
      await assertRejects(() => readCsvHeader(path), SyntaxError, wanted);
    }, suffix);
  await refuses("\n\n", "it is empty, must have a header and rows");
  await refuses((await gzip("a,b\n1,2\n")).slice(0, 14), "truncated or damaged", ".csv.gz");
});

Deno.test("readCsv() names the column that was probably meant", async () => {
  await withFile("subjct,time\n1,2\n", async (path) => {
    await assertRejects(
      () => readCsv(path, ["subject"], () => {}),
      SyntaxError,
      "it has no column subject; did you mean subjct? its columns are subjct, time",
    );
  });
});
