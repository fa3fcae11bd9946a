import { assertRejects } from "@std/assert";
import { checkOwnPlace } from "ehrloom/files/own_place.ts";
import { homedir } from "node:os";
import { dirname } from "node:path";
import { inFolder } from "../folder.ts";

const refuses = (path: string, reason: string, inputs?: string[]) =>
  assertRejects(
    () => checkOwnPlace(path, { inputs }),
    RangeError,
    `Cannot write "${path}": ${reason}; choose another folder or file`,
  );

Deno.test("checkOwnPlace() refuses the root, home, the working folder, and what holds these", async () => {
  await refuses("/", "it is the root of the file system");
  await refuses(homedir(), "it is your home folder");
  await refuses(`${homedir()}/`, "it is your home folder");
  await refuses(".", "it is the working folder");
  await assertRejects( // where home is beside the project, that is said
    () => checkOwnPlace(dirname(Deno.cwd())),
    RangeError,
    `Cannot write "${dirname(Deno.cwd())}": it contains `,
  );
});

Deno.test("checkOwnPlace() refuses what a command reads, and what holds that, through links too", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/data/cohort`, { recursive: true });
    await Deno.symlink(`${folder}/data`, `${folder}/link`);
    const input = `${folder}/data/cohort`;
    await refuses(input, "this command reads it", [input]);
    await refuses(`${folder}/link/cohort/`, "this command reads it", [input]);
    await refuses(input, "this command reads it", [`${folder}/link/cohort`]);
    await refuses(`${folder}/data`, `it contains "${input}", which this command reads`, [input]);
    await refuses(`${folder}/link`, "this command reads it", [`${folder}/link`]);
    await checkOwnPlace(`${folder}/link`, { inputs: [input] }); // a result replaces the link alone
    await checkOwnPlace(`${folder}/data/coh`, { inputs: [input] });
    await checkOwnPlace(`${input}/report`, { inputs: [input] });
  }));

Deno.test("checkOwnPlace() knows a folder by any of its names, and keeps files within inputs", () =>
  inFolder(async (folder) => {
    const input = `${folder}/run`;
    await Deno.mkdir(input);
    await Deno.writeTextFile(`${input}/config.json`, "{}");
    await refuses(`${input}/config.json`, `it is a part of "${input}", which this command reads`, [
      input,
    ]);
    await Deno.link(`${input}/config.json`, `${folder}/other.json`); // another name for the file
    await refuses(`${folder}/other.json`, "this command reads it", [
      `${input}/config.json`,
    ]);
  }));

Deno.test("checkOwnPlace() lets a run in the working folder be gone on with", async () => {
  await checkOwnPlace(".", { isReplaced: false });
});
