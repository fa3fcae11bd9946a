import { assertRejects } from "@std/assert";
import { inFolder } from "./folder.ts";
import { changeIn } from "./watch.ts";

Deno.test("changeIn() watches a folder in which others come and go", async () => {
  await inFolder(async (folder) => {
    const script = "while [ -e . ]; do mkdir -p a/b/c d/e && rm -rf a d; done";
    const busy = new Deno.Command("sh", { args: ["-c", script], cwd: folder }).spawn();
    for (let i = 0; i < 500; i++) await changeIn(folder, () => true);
    busy.kill();
    await busy.status;
  });
  await assertRejects(() => changeIn("none", () => true), Deno.errors.NotFound);
});
