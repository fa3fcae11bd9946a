import v8 from "node:v8";
import vm from "node:vm";

let collect: (() => void) | undefined;

/** V8's own function, which contexts have that are made after the flag was set. */
function collector(): () => void {
  v8.setFlagsFromString("--expose-gc");
  return vm.runInNewContext("gc");
}

/**
 * Frees what tables of Polars took that nobody holds any more. V8 only sees their small handles, so
 * it would let hundreds of megabytes stand. It collects all garbage, which takes 16 ms in a small process
 * and 0.4 s with a million patients.
 */
export function freeTables(): void {
  collect ??= collector();
  collect();
}
