/** `deno task native`: builds the TensorFlow engine, or what trains over several machines. */
import { buildNative } from "./native/build.ts";
import { buildMpi } from "./native/mpi.ts";
import { type Command, runCommand, say, UsageError } from "./cli/command.ts";

const command: Command = {
  name: "native",
  summary: "Build the TensorFlow engine, three to six times as fast as the built-in one.",
  options: {
    cuda: {
      help: "TensorFlow for NVIDIA cards, 5 GB",
    },
    force: { help: "Download and compile again, instead of using the cache" },
    mpi: {
      help:
        "Build the library for training over several machines instead, by mpicc; takes a second",
    },
  },
  examples: ["deno task native", "deno task native --force", "deno task native --mpi"],
};

await runCommand(command, async (args) => {
  if (args.has("mpi")) {
    if (args.has("cuda")) throw new UsageError("--mpi takes no --cuda: it builds no engine");
    if (args.has("force")) throw new UsageError("--mpi takes no --force: it always compiles again");
    const built = await buildMpi();
    say(`Built ${built.library}; start training by mpirun -n N deno task train … --mpi`);
    return { ...built };
  }
  const built = await buildNative({
    cuda: args.has("cuda"),
    force: args.has("force"),
    onStep: say,
  });
  say(
    `TensorFlow ${built.version} works${
      built.hasKernels ? " with Ehrloom's own operations" : ""
    }: ` +
      `${(built.flops / 1e9).toFixed(0)} GFLOP/s; its libraries are in ${built.cache}`,
  );
  return { ...built };
});
