import { assertEquals } from "@std/assert";
import { writeWhole } from "ehrloom/files/output.ts";
import { temporaryPattern } from "ehrloom/files/temporary.ts";
import { relative } from "node:path";
import { inFolder } from "../folder.ts";

/** Notes what is opened and then synced, and what is renamed, in order. */
function watched(folder: string) {
  const { open, rename } = Deno;
  const { sync } = Deno.FsFile.prototype;
  const names = new WeakMap<Deno.FsFile, string>();
  const seen: string[] = [];
  const shown = (path: string | URL) =>
    relative(folder, String(path)).replace(temporaryPattern, "$2") || ".";
  Object.assign(Deno, {
    async open(path: string, options?: Deno.OpenOptions) {
      const file = await open(path, options);
      names.set(file, shown(path));
      return file;
    },
    async rename(from: string, to: string) {
      await rename(from, to);
      seen.push(`renamed ${shown(to)}`);
    },
  });
  Deno.FsFile.prototype.sync = async function () {
    await sync.call(this);
    seen.push(`synced ${names.get(this)}`);
  };
  return {
    seen,
    [Symbol.dispose]() {
      Object.assign(Deno, { open, rename });
      Deno.FsFile.prototype.sync = sync;
    },
  };
}

Deno.test("writeWhole() has all of a result on the disk before it is renamed, and its name after", () =>
  inFolder(async (folder) => {
    using watch = watched(folder);
    await writeWhole(`${folder}/result`, async (path) => {
      await Deno.mkdir(`${path}/data`, { recursive: true });
      await Deno.writeTextFile(`${path}/data/0000.parquet`, "");
      await Deno.writeTextFile(`${path}/report.json`, "");
    });
    const { seen } = watch;
    assertEquals(seen.slice(0, -2).sort(), [
      "synced result",
      "synced result/data",
      "synced result/data/0000.parquet",
      "synced result/report.json",
    ]);
    assertEquals(seen.slice(-2), ["renamed result", "synced ."]);
  }));
