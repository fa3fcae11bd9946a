import { assertEquals } from "@std/assert";
import { nearestName, whatIsKnown } from "ehrloom";

const known = ["epochs", "batch", "lr", "seed", "set"];

for (
  const [name, wanted] of [
    ["epoch", "epochs"],
    ["epohcs", "epochs"], // two letters that change places count as two
    ["EPOCHS", "epochs"],
    ["bach", "batch"],
    ["sed", "seed"], // "set" is as near, but comes later
    ["l", undefined], // half a letter may not differ
    ["epcsh", undefined], // three letters away
    ["width", undefined],
    ["", undefined],
  ] as const
) {
  Deno.test(`nearestName() of "${name}" is ${wanted}`, () => {
    assertEquals(nearestName(name, known), wanted);
  });
}

Deno.test("whatIsKnown() suggests the nearest name, or lists all names", () => {
  assertEquals(whatIsKnown("epoch", known), "did you mean epochs?");
  assertEquals(whatIsKnown("width", known), "known: epochs, batch, lr, seed, set");
});
