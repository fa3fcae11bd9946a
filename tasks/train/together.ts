/**
 * `--mpi`: training in several processes, of which the first one does all the talking and writing.
 *
 * @module
 */
import { helpTrain, joinMpi, type ProcessGroup, readMeds } from "ehrloom";
import { hostname } from "node:os";
import { startBackend } from "../cli/backend_option.ts";
import { type Arguments, UsageError } from "../cli/command.ts";
import { hush } from "../cli/say.ts";

/**
 * What the first process finds wrong, such as a missing cohort, the others find too. They wait so long,
 * in milliseconds, before they say it: by then, the first one has said it and ended them.
 */
const patience = 2000;

/** Processes that mpirun has started, of which this is one; undefined where something else started it. */
function startedByMpirun(): number | undefined {
  const size = Deno.env.get("OMPI_COMM_WORLD_SIZE");
  return size === undefined ? undefined : Number(size);
}

/** What stands before the command line of a task that continues this one. */
export function launcher(args: Arguments): string {
  const size = startedByMpirun();
  return args.has("mpi") && size !== undefined ? `mpirun -n ${size} ` : "";
}

/** The processes that train together, if `--mpi` says so. */
export function processesOf(args: Arguments): ProcessGroup | undefined {
  if (!args.has("mpi")) {
    if ((startedByMpirun() ?? 1) === 1) return undefined;
    throw new UsageError(
      "mpirun has started several processes: give --mpi, so that they train together",
    );
  }
  if (args.has("dry-run")) throw new UsageError("--dry-run takes no --mpi: it times one process");
  return joinMpi();
}

/** Helps the first process, and leaves this one. It says nothing, unless it fails and the first does not. */
export async function help(args: Arguments, processes: ProcessGroup): Promise<never> {
  hush(true);
  try {
    await startBackend(args);
    await helpTrain(await readMeds(args.path("cohort")), processes);
    await processes.leave();
  } catch (error) {
    await new Promise((done) => setTimeout(done, patience));
    hush(false);
    const { rank, size } = processes;
    const message = error instanceof Error ? error.message : String(error);
    throw new Error(`${message} (rank ${rank} of ${size}, on ${hostname()})`, { cause: error });
  }
  Deno.exit();
}
