import { assertEquals } from "@std/assert";
import { inFolder } from "../folder.ts";
import { noNetwork, testWith } from "../wants.ts";

testWith(
  await noNetwork(),
  "the folder and Deno are enough for the demo, without a network",
  (unshare) =>
    inFolder(async (folder) => {
      const [command, ...args] = [...unshare, Deno.execPath(), "task", "demo"];
      const { success, stderr } = await new Deno.Command(command, {
        args: [...args, "--out", `${folder}/demo`, "--quiet"],
        cwd: new URL("../../", import.meta.url).pathname,
        clearEnv: true, // no Deno on the PATH, nothing cached in HOME
        env: { HOME: `${folder}/home`, PATH: "/usr/bin:/bin", NO_COLOR: "1" },
      }).output();
      assertEquals(success, true, new TextDecoder().decode(stderr));
      const report = JSON.parse(await Deno.readTextFile(`${folder}/demo/report.json`));
      assertEquals(report.fidelity.unigram.r2 > 0.9, true);
    }),
);
