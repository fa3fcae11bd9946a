/** Share of the machine's memory that a process may use; the rest is for the system. */
const machineShare = 0.9;

const controlGroups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Processes on this machine that take equal shares of its memory. */
let sharers = 1;

/** Makes this process one of several on this machine that take equal shares of its memory. */
export function shareMachine(processes: number): void {
  sharers = processes;
}

/** Bytes of memory that this process can have, of the machine or its container; may be Infinity. */
export function machineBytes(): number {
  const sys = Deno.permissions.querySync({ name: "sys", kind: "systemMemoryInfo" });
  const limits = sys.state === "granted" ? [Deno.systemMemoryInfo().total] : [];
  for (const path of controlGroups) {
    try {
      const limit = Number(Deno.readTextFileSync(path)); // "max" where there is none
      if (limit > 0) limits.push(limit);
    } catch { // no such group here, or not for us to read
      continue;
    }
  }
  return machineShare * Math.min(Infinity, ...limits) / sharers;
}
