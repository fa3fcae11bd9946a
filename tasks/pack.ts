import { version } from "../lib/version.ts";
import { type Command, runCommand, say } from "./cli/command.ts";
import { writePackage } from "./pack/package.ts";

const command: Command = {
  name: "pack",
  summary: "Make an npm package of the library, for programs in other folders.",
  options: {
    out: { value: "FILE", default: `runs/ehrloom-${version}.tgz`, help: "The package" },
    force: { help: "Replace a package that is there" },
  },
  details: [
    "In the folder of your program: npm install FILE",
  ],
  examples: ["deno task pack", "deno task pack --out my-project/ehrloom.tgz --force"],
};

await runCommand(command, async (args) => {
  const out = args.path("out");
  await args.claim("out", writePackage);
  say(`Wrote ${out}; in the folder of your program: npm install ${out}`);
  return { out };
});
