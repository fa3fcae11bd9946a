/**
 * Processes that MPI has started, on one machine or several. A small library between Deno and MPI, which
 * `deno task native --mpi` compiles, hides what differs between implementations of MPI.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { shareMachine } from "../../machine_memory.ts";
import { nativeBinding } from "../../nn/backend.ts";
import type { ProcessGroup } from "./process_group.ts";

/** The functions of the library; those of `tasks/native/mpi.c`. */
const functions = {
  joinMpi: { parameters: ["buffer"], result: "i32" },
  sumFloats: { parameters: ["buffer", "i64"], result: "void", nonblocking: true },
  sumDoubles: { parameters: ["buffer", "i64"], result: "void", nonblocking: true },
  copyFirst: { parameters: ["buffer", "i64"], result: "void", nonblocking: true },
  waitForAll: { parameters: [], result: "void", nonblocking: true },
  leaveMpi: { parameters: [], result: "void" },
  endMpi: { parameters: ["i32"], result: "void" },
} as const;

/** The file of the library. */
export function mpiLibrary(): string {
  return join(dirname(nativeBinding()), "mpi.so");
}

/** Whether the library is there; npm's package of Ehrloom brings nothing to build it of. */
function isBuilt(): boolean {
  try {
    return existsSync(mpiLibrary());
  } catch (_) {
    return false; // tfjs-node is not installed
  }
}

function opened() {
  if (!isBuilt()) {
    throw new Error(
      "Cannot train in several processes: Ehrloom's library for MPI is not built; install Open MPI " +
        "(on Debian and Ubuntu, apt-get install libopenmpi-dev openmpi-bin) and run " +
        "deno task native --mpi",
    );
  }
  try {
    return Deno.dlopen(mpiLibrary(), functions).symbols;
  } catch (error) {
    const [reason] = String(error).split("\n");
    throw new Error(
      "Cannot train in several processes: MPI does not load; run deno task native --mpi again " +
        `(${reason})`,
    );
  }
}

/** Shares this machine's memory and cores among the processes on it. */
function shareWith(onMachine: number): void {
  shareMachine(onMachine);
  const name = "TF_NUM_INTRAOP_THREADS"; // TensorFlow reads it when it is loaded
  if (Deno.env.has(name)) return;
  const allowed = navigator.hardwareConcurrency; // of those that mpirun has left to this process
  const share = Math.floor(cpus().length / onMachine);
  Deno.env.set(name, `${Math.max(1, Math.min(allowed, share))}`);
}

/**
 * Joins the processes that `mpirun -n N` or `srun` has started, of which this is one. Call it before
 * `useBackend`, so that processes on one machine share its cores. If this process ends before it leaves the
 * group, all others are ended too.
 *
 * @throws {Error} If MPI is not there or has started only one process; the message says what to do
 */
export function joinMpi(): ProcessGroup {
  const mpi = opened();
  const found = new Int32Array(3);
  const isForThreads = mpi.joinMpi(found) !== 0;
  const [rank, size, onMachine] = found;
  if (!isForThreads) {
    throw new Error("Cannot train in several processes: this MPI was built without threads");
  }
  if (size === 1) {
    throw new Error(
      "Cannot train in several processes: there is only this one; start it by " +
        "mpirun -n N deno task train …, or by srun --mpi=pmix deno task train …",
    );
  }
  shareWith(onMachine);
  const end = () => {
    // whoever sends a signal sends it to all; MPI would end this process before it has tidied up
    if (Deno.exitCode < 128) mpi.endMpi(Deno.exitCode || 1);
  };
  addEventListener("unload", end); // Deno.exit() says so
  return {
    rank,
    size,
    allReduce: (numbers) =>
      numbers instanceof Float32Array
        ? mpi.sumFloats(numbers, BigInt(numbers.length))
        : mpi.sumDoubles(numbers, BigInt(numbers.length)),
    broadcast: (bytes) => mpi.copyFirst(bytes, BigInt(bytes.length)),
    async leave() {
      await mpi.waitForAll(); // on another thread, as it may take hours
      mpi.leaveMpi(); // MPI wants the thread that has joined
      removeEventListener("unload", end);
    },
  };
}
