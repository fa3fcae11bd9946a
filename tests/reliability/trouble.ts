/**
 * Brings trouble to a task at one of its file operations. It is loaded before the task, by `--preload`, and
 * is told by the environment what to do:
 *
 * - EHRLOOM_TROUBLE `kill` ends the process by SIGKILL behind the operation, in the middle of a
 *   write; `full` lets this and all later writes fail as on a full disk
 * - EHRLOOM_TROUBLE_AT the number of the operation, from 1
 * - EHRLOOM_TROUBLE_COUNT a file that gets the number of operations when the process ends by itself
 *
 * @module
 */
const kind = Deno.env.get("EHRLOOM_TROUBLE");
const at = Number(Deno.env.get("EHRLOOM_TROUBLE_AT") ?? Infinity);
const countFile = Deno.env.get("EHRLOOM_TROUBLE_COUNT");
const write = Deno.FsFile.prototype.write;
const writeFileSync = Deno.writeTextFileSync;
let operations = 0;

const isOver = () => ++operations === at && kind === "kill";

function end(): never {
  Deno.kill(Deno.pid, "SIGKILL");
  for (;;) { /* until the signal is here */ }
}

function checkRoom(): void {
  if (kind === "full" && operations + 1 >= at) {
    operations++;
    throw new Error("No space left on device (os error 28)");
  }
}

/** What makes, fills or moves files; removing needs no room. */
const filling = ["mkdir", "open", "create", "writeTextFile", "writeFile", "copyFile"] as const;
const moving = ["rename", "link", "remove", "renameSync", "removeSync"] as const;

for (const name of [...filling, ...moving]) {
  const original: (...args: never[]) => unknown = Deno[name];
  const needsRoom = (options: unknown) =>
    name !== "open" ? !moving.some((each) => each === name) : Object(options).write === true;
  Object.assign(Deno, {
    [name]: (...args: unknown[]) => {
      if (needsRoom(args[1])) checkRoom();
      const result = original(...args as never[]);
      if (!(result instanceof Promise)) {
        if (isOver()) end();
        return result;
      }
      return result.then((value) => isOver() ? end() : value);
    },
  });
}

Deno.FsFile.prototype.write = async function (bytes: Uint8Array) {
  checkRoom();
  if (!isOver()) return await write.call(this, bytes);
  await write.call(this, bytes.subarray(0, bytes.length >> 1));
  return end();
};

if (countFile !== undefined) {
  addEventListener("unload", () => writeFileSync(countFile, String(operations)));
}
