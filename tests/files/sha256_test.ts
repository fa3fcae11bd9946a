import { assertEquals } from "@std/assert";
import { sha256, sha256OfParts } from "ehrloom/files/sha256.ts";

// FIPS 180-4's example of one block
const ofAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Deno.test("sha256() is the published digest of abc, as a text and as bytes", async () => {
  assertEquals(await sha256("abc"), ofAbc);
  assertEquals(await sha256(Uint8Array.of(97, 98, 99)), ofAbc);
});

Deno.test("sha256OfParts() is the digest of the parts' digests, of shared memory too", async () => {
  const shared = new Uint8Array(new SharedArrayBuffer(3));
  shared.set([97, 98, 99]);
  const abc = Uint8Array.fromHex(ofAbc);
  const twice = await sha256(Uint8Array.of(...abc, ...abc));
  assertEquals(await sha256OfParts([shared, Uint8Array.of(97, 98, 99)]), twice);
});
