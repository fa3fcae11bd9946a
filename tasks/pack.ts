import { writeWhole } from "ehrloom";
import { join } from "node:path";
import { type Command, runCommand, say } from "./cli/command.ts";
import { packageFile, writePackage } from "./pack/package.ts";

const command: Command = {
  name: "pack",
  summary: "Make an npm package of the library, for programs in other folders.",
  options: {
    out: { value: "DIR", default: "runs", help: `Folder in which ${packageFile} is written` },
    force: { help: "Replace an older package" },
  },
  details: ["README says how a program uses it, under “From a notebook or a program”."],
  examples: ["deno task pack", "deno task pack --out my-project --force"],
};

await runCommand(command, async (args) => {
  const path = join(args.path("out"), packageFile);
  await writeWhole(path, writePackage, { force: args.has("force") });
  say(`Wrote ${path}; README says how a program uses it`);
  return { out: path };
});
