import { assertRejects } from "@std/assert";
import { checkOwnPlace } from "ehrloom/files/own_place.ts";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { inFolder } from "../folder.ts";

const refuses = (path: string, reason: string, inputs?: string[]) =>
  assertRejects(
    () => checkOwnPlace(path, inputs),
    RangeError,
    `Cannot write "${path}": ${reason}; name a folder or file of its own`,
  );

Deno.test("checkOwnPlace() refuses the root, home, the working folder, and what holds these", async () => {
  await refuses("/", "it is the root of the file system");
  await refuses(homedir(), "it is your home folder");
  await refuses(`${homedir()}/`, "it is your home folder");
  await refuses(".", "it is the folder that you stand in");
  await refuses(dirname(Deno.cwd()), "it holds the folder that you stand in");
});

Deno.test("checkOwnPlace() refuses what a command reads, and what holds that, through links too", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/data/cohort`, { recursive: true });
    await Deno.symlink(`${folder}/data`, `${folder}/link`);
    const input = `${folder}/data/cohort`;
    await refuses(input, "it is what this command reads", [input]);
    await refuses(`${folder}/link/cohort/`, "it is what this command reads", [input]);
    await refuses(input, "it is what this command reads", [`${folder}/link/cohort`]);
    await refuses(`${folder}/data`, `it holds "${input}", which this command reads`, [input]);
    await refuses(`${folder}/link`, "it is what this command reads", [`${folder}/link`]);
    await checkOwnPlace(`${folder}/link`, [input]); // a result replaces the link alone
    await checkOwnPlace(`${folder}/data/coh`, [input]);
    await checkOwnPlace(`${input}/report`, [input]);
  }));
