import { assertAlmostEquals, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { empiricalEpsilon } from "ehrloom/evaluate/privacy/membership/empirical_epsilon.ts";

const scores = (count: number, of: () => number) => Float64Array.from({ length: count }, of);

Deno.test("empiricalEpsilon() of an attack without errors follows from the exact intervals", () => {
  const perfect = { members: scores(200, () => 1), nonMembers: scores(200, () => 0) };
  const { attack, lower_bound } = empiricalEpsilon(new Map([["a", perfect]]), { seed: 0 });
  // on 100 and 100 records: all members and no non-member are called
  const least = 0.025 ** (1 / 100);
  assertAlmostEquals(lower_bound, Math.log((least - 1e-5) / (1 - least)), 1e-9);
  assertEquals(attack, "a");
});

Deno.test("empiricalEpsilon() also reads the other side: non-members that are told for sure", () => {
  const draws = random(3);
  // half of the non-members are told, and nobody else
  const attack = {
    members: scores(400, () => 1),
    nonMembers: scores(400, () => draws.integer(2)),
  };
  const { lower_bound } = empiricalEpsilon(new Map([["a", attack]]), { seed: 0 });
  assertEquals(lower_bound > 2.5, true, String(lower_bound)); // log(0.43 / 0.018) = 3.2
});

Deno.test("empiricalEpsilon() is a bound: for guesses it is above 0 in at most 5% of cases", () => {
  let above = 0;
  for (let seed = 0; seed < 200; seed++) {
    const draws = random(seed);
    const guesses = () => ({
      members: scores(100, () => draws.uniform()),
      nonMembers: scores(100, () => draws.uniform()),
    });
    const attacks = new Map([["a", guesses()], ["b", guesses()]]);
    if (empiricalEpsilon(attacks, { seed }).lower_bound > 0) above++;
  }
  assertEquals(above <= 10, true, `${above} of 200`);
});

Deno.test("empiricalEpsilon() finds about the epsilon of randomised response", () => {
  // members say yes with e / (1 + e), non-members with 1 / (1 + e): epsilon is 1
  const draws = random(5);
  const share = Math.E / (1 + Math.E);
  const attack = {
    members: scores(20_000, () => Number(draws.uniform() < share)),
    nonMembers: scores(20_000, () => Number(draws.uniform() < 1 - share)),
  };
  const { lower_bound } = empiricalEpsilon(new Map([["a", attack]]), { seed: 0 });
  assertEquals(lower_bound > 0.9 && lower_bound < 1, true, String(lower_bound));
});
