// Records of a given sex and age: as a model has them given these.
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import {
  type Cohort,
  cohortOf,
  generate,
  type GenerationOptions,
  recordLists,
  type Run,
  train,
  useBackend,
  vocabulary,
} from "ehrloom";
import { ageAtStart } from "ehrloom/cohort/cohort.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { measuredCohort } from "../models/measured_cohort.ts";

await useBackend("wasm");

const cohort = measuredCohort(80);
const settings: Record<string, Record<string, number>> = {
  halo: { numbers: 4, width: 8 },
  gpt: { numbers: 4, width: 8 },
  eva: { numbers: 4, width: 8, channels7: 8, channels6: 8, channels5: 8 },
  synehrgy: { bins: 4, width: 8, layers: 1, heads: 1 },
};

/** A run whose model has seen little. */
function runOf(model: string, folder: string, source = cohort): Promise<Run> {
  const how = { model, settings: settings[model], epochs: 15, batch: 16, minCell: 1 };
  return train(source, join(folder, model), { ...how, learningRate: 0.02 });
}

/** What is known of each generated patient: sex, age, whether ill, codes of the first visit. */
function patientsOf(written: Cohort) {
  return Array.from({ length: written.recordCount }, (_, record) => {
    const { labels, sex, visits } = recordLists(written, record);
    return { labels, sex, age: ageAtStart(written, record), visits };
  });
}

for (const model of Object.keys(settings)) {
  Deno.test(`${model} writes patients of a sex and an age, each as often as it does without`, () =>
    inFolder(async (folder) => {
      const run = await runOf(model, folder);
      const all = patientsOf((await generate(run, { count: 4000, seed: 5 })).cohort);
      const ages = model === "eva" ? [0, 100] as const : [25, 50] as const; // EVA says few
      const isWanted = ({ sex, age }: typeof all[number]) =>
        sex === 1 && age >= ages[0] && age < ages[1];
      const among = all.filter(isWanted);
      assert(among.length > 50, `${among.length}`);
      const options = { count: 400, seed: 7, sex: "female", ages } as const;
      const { cohort: written } = await generate(run, options);
      const found = patientsOf(written);
      assert(found.every(isWanted));
      const share = (of: typeof all, is: (one: typeof all[number]) => boolean) =>
        of.filter(is).length / of.length;
      const figures = [
        ({ labels }: typeof all[number]) => labels[0] === 1,
        ({ visits }: typeof all[number]) => visits[0].includes(6),
        ({ visits }: typeof all[number]) => visits.length > 1,
        ({ age }: typeof all[number]) => age < 37,
      ];
      for (const figure of figures) {
        const [expected, seen] = [share(among, figure), share(found, figure)];
        const error = Math.sqrt(0.25 * (1 / among.length + 1 / found.length));
        assertAlmostEquals(seen, expected, 4 * error);
      }
      const again = await generate(run, { ...options, batch: 37 });
      assertEquals(again.cohort, written);

      if (model === "eva") return; // whose first visits seldom have all that is asked for below
      const ill = { ...options, count: 60, labels: { ill: 1 } } as const;
      const both = patientsOf((await generate(run, ill)).cohort);
      assert(both.every((one) => isWanted(one) && one.labels[0] === 1));
      const labelRows = Uint8Array.from({ length: 120 }, (_, i) => i % 3 === 0 ? 1 : 0);
      const rows = { ...options, count: 60, labelRows };
      const given = (await generate(run, rows)).cohort;
      assert(patientsOf(given).every(isWanted));
      assertEquals(given.labels, labelRows);
    }));
}

/** The same patients with races: who is ill is twice as often green. */
const coloured = (() => {
  const lists = Array.from({ length: cohort.recordCount }, (_, record) => {
    const own = recordLists(cohort, record);
    return {
      ...own,
      race: record % 3 < 1 + own.labels[0] ? "Green" : record % 3 === 2 ? "Blue" : "",
    };
  });
  return cohortOf(cohort.vocabulary, cohort.labelNames, lists);
})();

for (const model of ["halo", "gpt", "memoriser"]) {
  Deno.test(`${model} writes patients of a race, in upper or lower case, and of a sex with it`, () =>
    inFolder(async (folder) => {
      const run = await runOf(model, folder, coloured);
      assertEquals(run.runConfig.schema?.races, ["Blue", "Green"]);
      const racesOf = async (options: Partial<GenerationOptions>) => {
        const { cohort: written } = await generate(run, { count: 300, seed: 3, ...options });
        return Array.from({ length: 300 }, (_, record) => recordLists(written, record));
      };
      const all = new Set((await racesOf({})).map(({ race }) => race));
      assertEquals(all, new Set(["Blue", "Green", ""]));
      const women = await racesOf({ race: "green", sex: "female" });
      assert(women.every(({ race, sex }) => race === "Green" && sex === 1));
    }));
}

Deno.test("generate() names the races that a run writes", () =>
  inFolder(async (folder) => {
    const run = await runOf("memoriser", folder, coloured);
    const refuses = (race: string, message: string, of = run) =>
      assertRejects(() => generate(of, { count: 2, race }), RangeError, message);
    await refuses(
      "red",
      'Cannot generate with the race "red": this run of "memoriser" writes "Blue", "Green"',
    );
    await refuses(
      "red",
      'this run of "memoriser" writes no races',
      await runOf("memoriser", join(folder, "without")),
    );
  }));

const nobody = cohortOf(
  vocabulary(["a"]),
  [],
  [0, 0, 1, 2].map((split) => ({
    visits: [[0], [0]],
    labels: [],
    split,
  })),
);

Deno.test("generate() says why it cannot give a sex or an age", () =>
  inFolder(async (folder) => {
    const run = await runOf("gpt", folder);
    const plain = await train(nobody, join(folder, "plain"), { model: "markov" });
    const refused: [run: Run, options: Partial<GenerationOptions>, message: string][] = [
      [
        plain,
        { sex: "male" },
        'Cannot generate with a given sex: this run of "markov" writes no sexes',
      ],
      [
        plain,
        { ages: [1, 2] },
        'Cannot generate with a given age: this run of "markov" writes no ages',
      ],
      [run, { ages: [60, 60] }, "Cannot generate with ages from 60 to below 60: must be ascending"],
      [run, { ages: [-1, 60] }, "Cannot generate with ages from -1 to below 60"],
      [
        run,
        { sex: "female", ages: [100, 110], labels: { ill: 1 } },
        "Cannot generate records with these labels, this sex and such ages: they did not occur",
      ],
      [
        run,
        { sex: "female", prefixes: cohort },
        "Cannot generate with both a sex, a race or ages and records to continue: these have their own",
      ],
    ];
    for (const [of, options, message] of refused) {
      await assertRejects(() => generate(of, { count: 2, ...options }), RangeError, message);
    }
  }));
