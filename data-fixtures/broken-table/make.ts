/**
 * Makes this folder's CSV file, a table of a simulated clinic with faults in it:
 *
 *     deno run -A data-fixtures/broken-table/make.ts
 */
import { random } from "ehrloom";

const draws = random(11);
const happens = (probability: number) => draws.uniform() < probability;
const dayAfter = (start: number, days: number) =>
  new Date(start + days * 24 * 3600 * 1000).toISOString().slice(0, 10);

const columns = ["patient", "sex", "birth", "date", "code", "value", "unit"];
type Row = Record<string, string>;
const rows: Row[] = [];

/** The visits of one patient: diabetes, what often goes with it, and hemoglobin A1c. */
function visitsOf(
  patient: string,
  { visits, apart, sex, birth }: { visits: number; apart: number; sex: string; birth: string },
): void {
  let days = draws.integer(700);
  for (let visit = 0; visit < visits; visit++) {
    const date = dayAfter(Date.UTC(2018, 0, 8), days);
    const record = (code: string, value = "", unit = "") =>
      rows.push({ patient, sex, birth, date, code, value, unit });
    record("E11.9");
    if (happens(0.6)) record("I10");
    if (happens(0.3)) record("E78.5");
    if (happens(0.7)) record("HbA1c", (7.4 + 0.9 * draws.normal()).toFixed(1), "%");
    days += apart + draws.integer(apart);
  }
}
for (let patient = 1; patient <= 60; patient++) {
  const [sex, birth] = [happens(0.5) ? "F" : "M", String(1940 + draws.integer(45))];
  visitsOf(String(patient), { visits: 3 + draws.integer(8), apart: 75, sex, birth });
}

const of = (patient: number) => rows.filter((row) => row.patient === String(patient));
// 1. a day before its month
for (const row of of(4).slice(0, 1)) row.date = row.date.split("-").toReversed().join(".");
// 2. figures of a year exchanged
const [{ date: typed }] = of(12);
for (const row of of(12)) if (row.date === typed) row.date = typed.replace(/^20(.)(.)/, "2$10$2");
// 3. a year of birth after the last visit
for (const row of of(23)) row.birth = "2032";
// 4. three spellings of one code
for (const row of rows) {
  if (row.code !== "E11.9") continue;
  if (Number(row.patient) % 4 === 0) row.code = "E119";
  if (Number(row.patient) % 7 === 0) row.code = "e11.9";
}
// 5. another unit since 2021
for (const row of rows) {
  if (row.code !== "HbA1c" || row.date < "2021") continue;
  row.value = (10.93 * Number(row.value) - 23.5).toFixed(0);
  row.unit = "mmol/mol";
}
// 6. a decimal point that was lost
const inPercent = rows.filter(({ unit }) => unit === "%");
for (const row of inPercent.slice(40, 42)) row.value = String(10 * Number(row.value));
// 7. a month that was exported twice
rows.push(...structuredClone(rows.filter(({ date }) => date.startsWith("2019-06"))));
// 8. a number for everybody whose own was not known
visitsOf("9999", { visits: 120, apart: 10, sex: "F", birth: "1900" });
// 9. nothing that a program can see: a man who is pregnant
const man =
  Array.from({ length: 60 }, (_, i) => of(i + 1)).find(([{ sex }], i) => sex === "M" && i > 30) ??
    [];
for (const row of man.slice(2, 3)) row.code = "Z34.9";

await Deno.writeTextFile(
  new URL("clinic.csv", import.meta.url),
  [columns, ...rows.map((row) => columns.map((column) => row[column]))]
    .map((fields) => fields.join(";")).join("\n") + "\n",
);
