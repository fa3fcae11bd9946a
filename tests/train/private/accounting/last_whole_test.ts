import { assert, assertEquals } from "@std/assert";
import { lastWhole } from "ehrloom/train/private/accounting/last_whole.ts";

Deno.test("lastWhole() finds where curves, lines and steps cross zero, at each place", () => {
  for (let place = 0; place < 50; place++) {
    const curves = [
      (at: number) => at - place,
      (at: number) => Math.exp((at - place - 0.5) / 5) - 1,
      (at: number) => Math.sqrt(at) - Math.sqrt(place + 0.25),
      (at: number) => at > place ? 1 : -1,
      (at: number) => at > place ? 1e-9 : -1e9,
    ];
    for (const curve of curves) assertEquals(lastWhole(curve, 0, 50), place);
  }
});

Deno.test("lastWhole() needs few evaluations for a smooth curve", () => {
  let count = 0;
  const curve = (at: number) => (count++, Math.sqrt(at) + at / 1e5 - 200);
  assertEquals(lastWhole(curve, 0, 1_000_000), 39_840); // √39,840 + 0.3984 = 199.9982, and the next is 200.0007
  assert(count < 20, String(count));
});
