import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { growFolder } from "ehrloom/files/growing_folder.ts";
import { claimed, replaceWhole, writeWhole } from "ehrloom/files/output.ts";
import { inFolder } from "../folder.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name).sort();

/** A file that bears Ehrloom's mark. */
const ours = (text: string) => `{ "ehrloom": "0.1.0", "text": "${text}" }`;

const writes = (text: string) => (path: string) => Deno.writeTextFile(path, ours(text));

/** Writes a report's folder with one figure. */
const writesReport = (figure: string) => async (folder: string) => {
  await Deno.mkdir(`${folder}/figures`, { recursive: true });
  await Deno.writeTextFile(`${folder}/report.json`, ours(""));
  await Deno.writeTextFile(`${folder}/figures/${figure}.svg`, "");
  await Deno.writeTextFile(`${folder}/figures/${figure}.csv`, "");
};

Deno.test("writeWhole() leaves what was there when writing fails", () =>
  inFolder(async (folder) => {
    const path = `${folder}/deep/result`;
    await writeWhole(path, writes("old"));
    await assertRejects(
      () =>
        writeWhole(path, async (temporary) => {
          await Deno.writeTextFile(temporary, "half");
          throw new RangeError("broken");
        }, { force: true }),
      RangeError,
      "broken",
    );
    assertEquals(await Deno.readTextFile(path), ours("old"));
    await writeWhole(path, writesReport("a"), { force: true });
    assertEquals(names(`${folder}/deep`), ["result"]);
    assertEquals(names(path), ["figures", "report.json"]);
  }));

Deno.test("writeWhole() takes a path with a slash behind, also to replace what is there", () =>
  inFolder(async (folder) => {
    for (const figure of ["a", "b"]) {
      await writeWhole(`${folder}/result/`, writesReport(figure), { force: true });
      assertEquals(names(folder), ["result"]);
      assertEquals(names(`${folder}/result/figures`), [`${figure}.csv`, `${figure}.svg`]);
    }
  }));

Deno.test("writeWhole() leaves nothing of folders that it made when writing fails", () =>
  inFolder(async (folder) => {
    const fails = () => Promise.reject(new RangeError("broken"));
    await assertRejects(() => writeWhole(`${folder}/new/deep/result`, fails), RangeError, "broken");
    assertEquals(names(folder), []);
  }));

Deno.test("writeWhole() says in a sentence that the disk is full", () =>
  inFolder(async (folder) => {
    const write = () =>
      writeWhole(`${folder}/result`, async () => {
        // /dev/full answers every write as a full disk does
        await Deno.writeTextFile("/dev/full", "text");
      });
    await assertRejects(write, Error, `Cannot write "${folder}/result": No space left on device`);
    assertEquals(names(folder), []);
  }));

for (const kind of ["file", "folder"] as const) {
  Deno.test(`writeWhole() keeps a user's ${kind} that came meanwhile, and its result beside it`, () =>
    inFolder(async (folder) => {
      const path = `${folder}/result`;
      const comes = async () => {
        if (kind === "file") return await Deno.writeTextFile(path, "thesis");
        await Deno.mkdir(path);
        await Deno.writeTextFile(`${path}/thesis`, "thesis");
      };
      for (const [force, kept] of [[false, "result-2"], [true, "result-3"]] as const) {
        const write = async (temporary: string) => {
          await writes("new")(temporary);
          if (!force) await comes();
        };
        const error = await assertRejects(
          () => claimed(path, { goesOn: true }, () => writeWhole(path, write, { force })),
          Deno.errors.AlreadyExists,
        );
        assertEquals(
          error.message,
          `Cannot write "${path}": something else was written there in the meantime; ` +
            `the result is complete in "${folder}/${kept}"`,
        );
        assertEquals(await Deno.readTextFile(`${folder}/${kept}`), ours("new"));
      }
      const thesis = kind === "file" ? path : `${path}/thesis`;
      assertEquals(await Deno.readTextFile(thesis), "thesis");
      assertEquals(names(folder), ["result", "result-2", "result-3"]);
    }));
}

Deno.test("claimed() refuses what exists, and a place where nothing can be written", () =>
  inFolder(async (folder) => {
    const never = () => Promise.reject(new Error("must not run"));
    await Deno.writeTextFile(`${folder}/file`, ours(""));
    await assertRejects(
      () => claimed(`${folder}/file`, {}, never),
      Deno.errors.AlreadyExists,
      `Cannot write "${folder}/file": it exists already; pass force: true to replace it`,
    );
    await assertRejects(
      () => claimed(`${folder}/file/result`, {}, never),
      Error,
      `Cannot write "${folder}/file/result": "${folder}/file" is not a folder`,
    );
    assertEquals(await claimed(`${folder}/file`, { force: true }, () => Promise.resolve(1)), 1);
    assertEquals(await claimed(`${folder}/a/b/c`, {}, () => Promise.resolve(2)), 2);
    assertEquals(names(folder), ["file"]);
  }));

Deno.test("claimed() replaces nothing that Ehrloom did not write", () =>
  inFolder(async (folder) => {
    const path = `${folder}/result`;
    const refused = async (reason: string) => {
      const error = await assertRejects(
        () => claimed(path, { force: true }, () => Promise.resolve()),
        Deno.errors.AlreadyExists,
      );
      assertEquals(
        error.message,
        `Cannot replace "${path}": ${reason}; move it, or choose another place`,
      );
    };
    await Deno.writeTextFile(path, "thesis");
    await refused("it is a file that Ehrloom did not write");
    const packed = `${folder}/ehrloom-0.1.0.tgz`;
    await Deno.rename(path, packed);
    assertEquals(await claimed(packed, { force: true }, () => Promise.resolve(1)), 1);
    await Deno.remove(packed);
    await Deno.mkdir(path);
    await claimed(path, { force: true }, () => Promise.resolve()); // empty
    await Deno.mkdir(`${path}/deep`);
    await Deno.writeTextFile(`${path}/deep/thesis`, "");
    await refused("it contains deep/thesis, which Ehrloom did not write");
    await Deno.remove(path, { recursive: true });
    await writesReport("a")(path);
    await Deno.writeTextFile(`${path}/.DS_Store`, "");
    await claimed(path, { force: true }, () => Promise.resolve());
    await Deno.writeTextFile(`${path}/figures/notes.txt`, "");
    await refused("it contains figures/notes.txt, which Ehrloom did not write");
  }));

Deno.test("claimed() refuses a place that another holds, and says who", () =>
  inFolder(async (folder) => {
    const path = `${folder}/result`;
    const { promise, resolve } = Promise.withResolvers<void>();
    const { promise: begun, resolve: begin } = Promise.withResolvers<void>();
    const first = claimed(path, {}, () => {
      begin();
      return promise;
    });
    await begun;
    const error = await assertRejects(
      () => claimed(path, { force: true }, () => Promise.resolve()),
      Deno.errors.Busy,
    );
    assertMatch(
      error.message,
      new RegExp(`^Cannot write "${path}": process ${Deno.pid} on .+ has held it since \\d{4}-`),
    );
    resolve();
    await first;
    assertEquals(await claimed(path, {}, () => Promise.resolve("free")), "free");
    assertEquals(names(folder), []);
  }));

Deno.test("claimed() gives the same place again to what runs in it", () =>
  inFolder(async (folder) => {
    const path = `${folder}/result`;
    await claimed(path, {}, () => writeWhole(`${folder}/./result`, writes("in it")));
    assertEquals(await Deno.readTextFile(path), ours("in it"));
  }));

Deno.test("replaceWhole() replaces files and folders without asking", () =>
  inFolder(async (folder) => {
    for (const text of ["old", "new"]) {
      await replaceWhole(`${folder}/file`, (path) => Deno.writeTextFile(path, text));
      await replaceWhole(`${folder}/figures`, async (path) => {
        await Deno.mkdir(path);
        await Deno.writeTextFile(`${path}/${text}`, "");
      });
    }
    assertEquals(await Deno.readTextFile(`${folder}/file`), "new");
    assertEquals(names(`${folder}/figures`), ["new"]);
    assertEquals(names(folder), ["figures", "file"]);
  }));

Deno.test("claimed() replaces no report that holds other results, or in which somebody works", () =>
  inFolder(async (folder) => {
    const path = `${folder}/report`;
    await writesReport("a")(path);
    const force = () => claimed(path, { force: true }, () => Promise.resolve());
    await claimed(`${path}/run`, {}, async () => {
      await Deno.mkdir(`${path}/run`);
      await assertRejects(
        force,
        Deno.errors.AlreadyExists,
        `another process writes to "${path}/run"`,
      );
    });
    await force();
    await Deno.writeTextFile(`${path}/run/config.json`, ours(""));
    await assertRejects(
      force,
      Deno.errors.AlreadyExists,
      "it contains run/config.json, which Ehrloom",
    );
  }));

Deno.test("writeWhole() takes a free name on disks that know no links", () =>
  inFolder(async (folder) => {
    const { link } = Deno;
    Object.assign(Deno, {
      link: () => Promise.reject(new Deno.errors.PermissionDenied("no links")),
    });
    try {
      await writeWhole(`${folder}/result`, writes("whole"));
    } finally {
      Object.assign(Deno, { link });
    }
    assertEquals(await Deno.readTextFile(`${folder}/result`), ours("whole"));
    assertEquals(names(folder), ["result"]);
  }));

Deno.test("growFolder() that fails leaves what the user has put beside its own files", () =>
  inFolder(async (folder) => {
    const path = `${folder}/run`;
    const growth = (meanwhile: () => Promise<void>) => ({
      begin: writesReport("a"),
      async run() {
        await meanwhile();
        throw new RangeError("diverged");
      },
      isWorthKeeping: () => Promise.resolve(false),
    });
    const notes = () => Deno.writeTextFile(`${path}/notes.md`, "mine");
    await assertRejects(() => growFolder(path, growth(() => Promise.resolve())), RangeError);
    assertEquals(names(folder), []);
    await assertRejects(() => growFolder(path, growth(notes)), RangeError, "diverged");
    assertEquals(await Deno.readTextFile(`${path}/notes.md`), "mine");
  }));
