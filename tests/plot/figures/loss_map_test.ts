import { assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import { parseHTML } from "linkedom";
import { lossMap, type PresentLoss, type RowLosses } from "ehrloom";

const code = (description: string, probability: number): PresentLoss => (
  { name: description, description, probability, loss: -Math.log(probability) }
);
const long = "Assessment of health and social care needs (procedure)";
const markup = "<b>bold</b>";
const halo: RowLosses[] = [
  { present: [], absent: 0.5 },
  { present: [code(long, 1), code(markup, Math.exp(-2))], absent: 1 },
  { present: [code("fracture", Math.exp(-1))], absent: 0.25 },
];
const lstm: RowLosses[] = halo.map(({ absent }, i) => ({
  present: i === 2 ? [code("fracture", Math.exp(-4))] : halo[i].present,
  absent,
}));

function shown(...parameters: Parameters<typeof lossMap>) {
  const output = lossMap(...parameters)[Symbol.for("Jupyter.display")]();
  const { document } = parseHTML(`<html><body>${output["text/html"]}</body></html>`);
  return { plain: output["text/plain"], html: output["text/html"], document };
}

Deno.test("lossMap() colours codes from white for 0 to blue for the largest loss of all models", () => {
  const { document } = shown({ HALO: halo, LSTM: lstm });
  const colours = [...document.querySelectorAll("span")].map((span) =>
    (span.getAttribute("style") ?? "").match(/background-color:\s?(#\w+)/)?.[1]
  );
  // losses 0 and 2 of both, then 1 and 4, the largest
  assertEquals(colours, ["#ffffff", "#80b9d9", "#ffffff", "#80b9d9", "#bfdcec", "#0072b2"]);
});

Deno.test("lossMap() says what is there, what is not, and all of it in plain text", () => {
  const { document, plain } = shown({ HALO: halo, LSTM: lstm });
  const notes = [...document.querySelectorAll("td div")].map(({ textContent }) => textContent);
  assertEquals(notes[2], "2.00 nats for these, 1.00 for what is not there");
  assertEquals(
    plain,
    "row\tHALO (nats)\tLSTM (nats)\nlabels\t0.50\t0.50\nvisit 1\t3.00\t3.00\nvisit 2\t1.25\t4.25",
  );
});

Deno.test("lossMap() shortens names, and the pointer shows them whole, as text", () => {
  const { document } = shown({ HALO: halo });
  const [first, second] = document.querySelectorAll("span");
  assertEquals(first.textContent, "Assessment of health and…");
  assertMatch(first.getAttribute("title") ?? "", /needs \(procedure\): probability 1, 0\.00 nats$/);
  assertEquals(second.textContent, markup);
  assertEquals(document.querySelectorAll("b, script").length, 0);
});

Deno.test("lossMap() shows the first rows where it is asked to, and says that there are others", () => {
  const { document, html } = shown({ HALO: halo }, { rows: 2 });
  assertEquals(document.querySelectorAll("tbody th").length, 2);
  assertStringIncludes(html, "rows that are not shown: 1");
});

Deno.test("lossMap() gives what had no chance the strongest colour", () => {
  const { document } = shown({ HALO: [{ present: [code("a", 0), code("b", 0.5)], absent: 0 }] });
  const [never, half] = [...document.querySelectorAll("span")].map((span) =>
    (span.getAttribute("style") ?? "").match(/background-color:\s?(#\w+)/)?.[1]
  );
  assertEquals(never, half); // the largest finite loss is that of b
  assertEquals(never, "#0072b2");
});

Deno.test("lossMap() refuses no model, and losses of different records", () => {
  assertThrows(() => lossMap({}), RangeError, "there is no model");
  assertThrows(() => lossMap({ HALO: halo, LSTM: halo.slice(1) }), RangeError, "3 and 2 rows");
});
