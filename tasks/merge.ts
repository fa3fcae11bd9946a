import { mergeShards, readMeds, trimmed } from "ehrloom";
import { type Command, runCommand, say } from "./cli/command.ts";
import { sayLeftOut } from "./cli/left_out.ts";

const command: Command = {
  name: "merge",
  summary: "Merge the shards of a synthetic cohort into one cohort folder.",
  options: {
    shards: {
      value: "DIR",
      help: "Folder that holds all shards, each written by deno task generate --shard I/N",
      required: true,
      reads: true,
    },
    out: { value: "DIR", help: "Cohort folder to write", required: true },
    continue: {
      value: "DIR",
      help: "The same as of deno task generate, if the shards have it",
      reads: true,
    },
    visits: { value: "N", help: "The same as of deno task generate, if the shards have it" },
    force: { help: "Replace an older result at --out" },
  },
  details: [
    "Nothing is written unless every shard is there once, of the same run, random seed and options.",
  ],
  examples: ["deno task merge --shards runs/shards --out runs/synthetic"],
};

await runCommand(command, async (args, onProgress) => {
  const maxVisits = args.maybeInteger("visits", { min: 1 });
  return await args.claim("out", async (out) => {
    const continues = args.maybe("continue") === undefined
      ? undefined
      : trimmed(await readMeds(args.path("continue"), sayLeftOut), { maxVisits });
    const records = await mergeShards(args.path("shards"), out, {
      continues,
      force: args.has("force"),
      ...sayLeftOut,
      onProgress,
    });
    say(`${records.toLocaleString("en")} records written to ${args.text("out")}`);
    return { out, records };
  });
});
