import { assertEquals, assertRejects } from "@std/assert";
import { checkOutput, writeWhole } from "ehrloom/files/output.ts";
import { inFolder } from "../folder.ts";

const names = (folder: string) => [...Deno.readDirSync(folder)].map(({ name }) => name);

Deno.test("writeWhole() leaves what was there when writing fails", async () => {
  await inFolder(async (folder) => {
    const path = `${folder}/deep/result`;
    await writeWhole(path, (temporary) => Deno.writeTextFile(temporary, "old"));
    await assertRejects(
      () =>
        writeWhole(path, async (temporary) => {
          await Deno.writeTextFile(temporary, "half");
          throw new RangeError("broken");
        }, { force: true }),
      RangeError,
      "broken",
    );
    assertEquals(await Deno.readTextFile(path), "old");
    assertEquals(names(`${folder}/deep`), ["result"]);
    await writeWhole(path, (temporary) => Deno.mkdir(temporary), { force: true });
    assertEquals(names(`${folder}/deep`), ["result"]);
  });
});

Deno.test("writeWhole() takes a path with a slash behind, also to replace what is there", async () => {
  await inFolder(async (folder) => {
    for (const name of ["a", "b"]) {
      await writeWhole(`${folder}/result/`, async (temporary) => {
        await Deno.mkdir(temporary);
        await Deno.writeTextFile(`${temporary}/${name}`, "");
      }, { force: true });
      assertEquals(names(folder), ["result"]);
      assertEquals(names(`${folder}/result`), [name]);
    }
  });
});

Deno.test("checkOutput() refuses what exists, and a place where nothing can be written", async () => {
  await inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    await assertRejects(
      () => checkOutput(`${folder}/file`),
      Deno.errors.AlreadyExists,
      `Cannot write "${folder}/file": it exists already; pass --force to replace it`,
    );
    await checkOutput(`${folder}/file`, { force: true });
    await checkOutput(`${folder}/new/deep/result`);
    await assertRejects(
      () => checkOutput(`${folder}/file/result`),
      Error,
      `Cannot write "${folder}/file/result": Not a directory`,
    );
    assertEquals(names(folder), ["file"]);
  });
});

Deno.test("writeWhole() says in a sentence that the disk is full", async () => {
  await inFolder(async (folder) => {
    const write = () =>
      writeWhole(`${folder}/result`, async () => {
        // /dev/full answers every write as a full disk does
        await Deno.writeTextFile("/dev/full", "text");
      });
    await assertRejects(write, Error, `Cannot write "${folder}/result": No space left on device`);
    assertEquals(names(folder), []);
  });
});
