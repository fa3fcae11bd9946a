import { assert, assertEquals } from "@std/assert";
import { random } from "ehrloom";
import { modelFamily } from "ehrloom/models/mod.ts";
import { drawn } from "ehrloom/nn/initial.ts";
import { tinyCohort, tinySettings } from "../../tiny.ts";

const heads = {
  halo: "ehr_head.auto2.bias",
  lstm: "ehr_head.bias",
  eva: "decoder.causal_conv4.conv.bias",
};

Deno.test("halo-coarse begins with about one code a row, or with half of all as published", () => {
  const family = modelFamily("halo-coarse");
  const begun = (publishedStart: boolean) => {
    const settings = { ...tinySettings, publishedStart };
    const model = family.create(family.configFor(tinyCohort(8), settings));
    assert("initial" in model);
    return [...drawn(model.initial, random(1))["ehr_head.decoder.bias"].numbers];
  };
  const biases = begun(false);
  assert(biases.every((bias) => bias === Math.fround(-Math.log(biases.length))));
  assert(begun(true).every((bias) => bias === 0));
});

for (const [name, head] of Object.entries(heads)) {
  Deno.test(`${name} begins with about one code a row, or with half of all as published`, () => {
    const family = modelFamily(name);
    const cohort = tinyCohort(8);
    const settings = { width: tinySettings.width };
    const biasesOf = (publishedStart: boolean) => {
      const model = family.create(family.configFor(cohort, { ...settings, publishedStart }));
      assert("initial" in model);
      return { columns: model.columns, biases: drawn(model.initial, random(1))[head].numbers };
    };
    const { columns, biases } = biasesOf(false);
    const shares = biases.map((bias) => 1 / (1 + Math.exp(-bias)));
    assert(shares.every((share) => Math.abs(share - 1 / (columns + 1)) < 1e-6));
    const published = biasesOf(true).biases;
    assertEquals(published.length, biases.length);
    assert(published.every((bias) => Math.abs(bias) < 1) && new Set(published).size > 1);
  });
}
