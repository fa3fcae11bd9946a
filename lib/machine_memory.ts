/** Share of the machine's memory that a process may plan with; the rest is the system's. */
const machineShare = 0.9;

const controlGroups = ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"];

/** Bytes that this process can have: the machine's or its container's; no limit where none is told. */
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
  return machineShare * Math.min(Infinity, ...limits);
}
