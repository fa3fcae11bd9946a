import { assertEquals } from "@std/assert";
import { machineBytes, shareMachine } from "ehrloom/machine_memory.ts";

Deno.test("machineBytes() is divided among the processes that share a machine", () => {
  const whole = machineBytes();
  try {
    shareMachine(4);
    assertEquals(machineBytes(), whole / 4);
  } finally {
    shareMachine(1);
  }
});
