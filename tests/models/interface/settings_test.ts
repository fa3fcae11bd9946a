import { assertEquals } from "@std/assert";
import {
  allowedValues,
  choice,
  chosen,
  type ConfigOf,
  count,
  derivedCount,
  flag,
  isAllowed,
  numbersOf,
  parsedValue,
  real,
  storedValue,
} from "ehrloom/models/interface/settings.ts";

const settings = {
  width: count(256, "Width"),
  layers: count(4, "Layers", { max: 10 }),
  rate: real(0.1, "Share dropped", { max: 0.9 }),
  tied: flag(true, "One matrix", { published: false }),
  bins: choice("equal", ["equal", "quantile"], "Bins"),
  context: derivedCount("Most rows", { min: 3 }),
};

Deno.test("chosen() has what is set, and the defaults of what is not", () => {
  assertEquals(chosen(settings, { width: 8, tied: false, context: 5 }), {
    width: 8,
    layers: 4,
    rate: 0.1,
    tied: false,
    bins: "equal",
    context: 5,
  });
  assertEquals("context" in chosen(settings, {}), false);
});

Deno.test("chosen() has the types of the settings", () => {
  const found = chosen(settings, {});
  const config: ConfigOf<typeof settings> = { ...found, context: found.context ?? 3 };
  const word: "equal" | "quantile" = config.bins;
  const isTied: boolean = config.tied;
  const width: number = config.width;
  assertEquals([word, isTied, width], ["equal", true, 256]);
});

Deno.test("parsedValue() reads flags by words and by 1 and 0, numbers and words as they are", () => {
  for (const text of ["true", "yes", "1"]) assertEquals(parsedValue(settings.tied, text), true);
  for (const text of ["false", "no", "0"]) assertEquals(parsedValue(settings.tied, text), false);
  assertEquals(parsedValue(settings.width, " 64 "), 64);
  assertEquals(parsedValue(settings.rate, "5e-1"), 0.5);
  assertEquals(parsedValue(settings.bins, "quantile"), "quantile");
});

Deno.test("parsedValue() says nothing where the text says nothing that is allowed", () => {
  const wrong: [keyof typeof settings, string[]][] = [
    ["tied", ["maybe", "", "2", "toString", "constructor"]],
    ["width", ["", " ", "0", "1.5", "true", "8px", "Infinity", "NaN"]],
    ["layers", ["11", "-1"]],
    ["rate", ["1", "-0.1", "none"]],
    ["bins", ["", "equally", "0"]],
    ["context", ["2"]],
  ];
  for (const [name, texts] of wrong) {
    for (const text of texts) {
      assertEquals(parsedValue(settings[name], text), undefined, `${name}=${text}`);
    }
  }
});

Deno.test("allowedValues() ends the sentence that says what must be", () => {
  assertEquals(
    Object.values(settings).map(allowedValues),
    [
      "a whole number, at least 1",
      "a whole number between 1 and 10",
      "a number between 0 and 0.9",
      "true or false",
      "equal or quantile",
      "a whole number, at least 3",
    ],
  );
});

Deno.test("isAllowed() is by kind: 1 is no flag, true is no number", () => {
  assertEquals(isAllowed(settings.tied, 1), false);
  assertEquals(isAllowed(settings.width, true), false);
  assertEquals(isAllowed(settings.width, "8"), false);
  assertEquals(isAllowed(settings.bins, "equal"), true);
});

Deno.test("storedValue() takes 0 and 1 of earlier versions for false and true, in flags only", () => {
  assertEquals([0, 1].map((value) => storedValue(settings.tied, value)), [false, true]);
  assertEquals(storedValue(settings.tied, false), false);
  assertEquals(storedValue(settings.tied, 2), 2); // which no flag can be
  assertEquals(storedValue(settings.width, 1), 1);
});

Deno.test("numbersOf() leaves out what is no number", () => {
  assertEquals(numbersOf({ width: 8, tied: true, bins: "equal" }), { width: 8 });
});
