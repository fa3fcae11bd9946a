/** `deno task native`: builds the TensorFlow engine. */
import { buildNative } from "./native/build.ts";
import { type Command, runCommand, say } from "./cli/command.ts";

const command: Command = {
  name: "native",
  summary: "Build the TensorFlow engine, four to six times as fast as the built-in one.",
  options: {
    cuda: {
      help: "TensorFlow for NVIDIA cards, 5 GB",
    },
    force: { help: "Download and compile again, instead of using the cache" },
  },
  examples: ["deno task native", "deno task native --force"],
};

await runCommand(command, async (args) => {
  const built = await buildNative({
    cuda: args.has("cuda"),
    force: args.has("force"),
    onStep: say,
  });
  say(
    `TensorFlow ${built.version} works: ${(built.flops / 1e9).toFixed(0)} GFLOP/s; ` +
      `its libraries are in ${built.cache}`,
  );
  return { ...built };
});
