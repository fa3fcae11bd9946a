// What follows from each attack, by its rule, and what a board reads of it.
import { assertEquals, assertStringIncludes } from "@std/assert";
import type { LiraReport } from "ehrloom/evaluate/privacy/membership/lira_folder.ts";
import type { Attack, Disclosure } from "ehrloom/plot/dossier/attack.ts";
import { attackGroups } from "ehrloom/plot/dossier/attacks.ts";
import {
  about,
  attributes,
  battery,
  extracted,
  nothingFound,
  report,
  risk,
  told,
} from "./fixture.ts";

/** The attacks on a report with these figures, by name. */
function attacksOn(figures: Partial<Disclosure>, lira?: LiraReport): Map<string, Attack> {
  const groups = attackGroups({ report: report({ ...nothingFound, ...figures }), lira });
  return new Map(groups.flatMap(({ attacks }) => attacks).map((each) => [each.name, each]));
}

function finding(name: string, figures: Partial<Disclosure>): string | undefined {
  return attacksOn(figures).get(name)?.finding;
}

/** An attack by shadow models whose area is this. */
function shadows(auc: number): LiraReport {
  const { members, non_members, tpr_at_fpr } = told(auc);
  const figures = { auc: about(auc), advantage: 0, tpr_at_fpr };
  const versions = {};
  return {
    about: { ehrloom: "0", created: "2026-11-25", model: "halo", seed: 0, versions },
    lira: { shadows: 16, members, non_members, online: figures, offline: figures, left_out: [] },
  };
}

Deno.test("attackGroups() finds nothing where every interval holds what the control explains", () => {
  const found = Array.from(attacksOn({}), ([name, attack]) => [name, attack.finding]);
  const others = found.filter(([name]) => name !== "Membership by shadow models (LiRA)");
  assertEquals(others.length, 12);
  assertEquals(others.filter(([, finding]) => finding !== "not found"), []);
  assertEquals(found.length - others.length, 1);
});

Deno.test("attackGroups() finds something as soon as one interval excludes it, attack by attack", () => {
  const above: [name: string, figures: Partial<Disclosure>][] = [
    ["Identical records", {
      identical_records: {
        identical: 30,
        records: 300,
        share: { value: 0.1, low: 0.07, high: 0.14 },
      },
    }],
    ["Copying check", {
      copying_check: nothingFound.memoriser.copying_check ?? null,
    }],
    ["Nearest neighbours", {
      nn_adversarial_accuracy: {
        records_each: 100,
        corrected: { held_out: about(0.5), training: about(0.4), loss: about(0.1) },
        published: null,
        left_out: [],
      },
    }],
    ["Membership by distance", {
      membership_by_distance: { records: 300, corrected: told(0.6), published: null, left_out: [] },
    }],
    ["Membership by likelihood", {
      membership_by_likelihood: {
        is_bound: false,
        too_long: 0,
        corrected: told(0.5, 0.08), // the area says nothing; a few are exposed
        published: null,
        left_out: [],
      },
    }],
    ["Membership by the strongest attack", { membership: battery(0.6) }],
    ["Attribute inference", { attribute_inference: attributes(0.1) }],
    ["Inference of a code", {
      inference: { codes: 20, outcome: risk(0.1), by_code: [], left_out: [] },
    }],
    ["Linkability", { linkability: { records: 300, outcome: risk(0.1), left_out: [] } }],
    ["Singling out", {
      singling_out: { patients: 200, control_patients: 100, outcome: risk(0.1), left_out: [] },
    }],
    ["Extraction from the model", {
      extraction: {
        one_visit: extracted(0),
        two_visits: null,
        five_visits: extracted(0.2),
        left_out: [],
      },
    }],
  ];
  for (const [name, figures] of above) {
    assertEquals(finding(name, figures), "found", name);
    const others = [...attacksOn(figures).values()].filter((each) => each.finding === "found");
    assertEquals(others.map((each) => each.name), [name]);
  }
  assertEquals(
    attacksOn({}, shadows(0.6)).get("Membership by shadow models (LiRA)")?.finding,
    "found",
  );
  assertEquals(
    attacksOn({}, shadows(0.5)).get("Membership by shadow models (LiRA)")?.finding,
    "not found",
  );
});

Deno.test("attackGroups(): what independent draws gain too is no disclosure of attributes", () => {
  const figures = (draws: number): Partial<Disclosure> => ({
    attribute_inference: attributes(0.1),
    floor: { ...nothingFound.floor, attribute_inference: attributes(draws) },
  });
  assertEquals(finding("Attribute inference", figures(-0.1)), "found");
  assertEquals(finding("Attribute inference", figures(0.1)), "not found");
});

Deno.test("attackGroups(): guesses that are no better than naive ones find nothing", () => {
  const outcome = { ...risk(0.1), naive: about(0.7) };
  assertEquals(
    finding("Linkability", { linkability: { records: 300, outcome, left_out: [] } }),
    "not found",
  );
});

Deno.test("attackGroups() says what was not tried, and why there is no figure", () => {
  const { extraction: _, ...others } = nothingFound;
  const groups = attackGroups({
    report: report({
      ...others,
      linkability: {
        records: 300,
        outcome: null,
        left_out: [{ label: "linking", reason: "fewer than 10 records" }],
      },
      membership: null,
    }),
  });
  const of = (name: string) =>
    groups.flatMap(({ attacks }) => attacks).find((each) => each.name === name);
  assertEquals(of("Extraction from the model")?.finding, "not tried");
  assertEquals(of("Linkability")?.finding, "unclear");
  assertEquals(of("Linkability")?.found, "No figure: fewer than 10 records.");
  assertEquals(of("Membership by the strongest attack")?.finding, "unclear");
  assertEquals(
    of("Membership by shadow models (LiRA)")?.found,
    "Not tried: deno task lira was not run, or its folder not given.",
  );
});

Deno.test("attackGroups(): without resamples the checks for copies give no verdict", () => {
  const point = { value: 0.9, low: 0.9, high: 0.9 };
  const own = nothingFound.copying_check;
  const copying_check = own?.found
    ? { ...own, found: { ...own.found, share: point, alarmed: false } }
    : null;
  assertEquals(finding("Copying check", { copying_check }), "unclear");
});

Deno.test("attackGroups() reads an area as pairs, with the rate where few are accused wrongly", () => {
  const { found, control } = attacksOn({}).get("Membership by distance") ?? {};
  assertEquals(
    found,
    "Of a training patient and a held-out one, it picks the training patient in 50.0% (95% " +
      "interval 45.0% to 55.0%) of pairs; 50% is guessing. If it may accuse 1.0% of the others " +
      "wrongly, it finds 1.0% (95% interval 0.0% to 1.0%) of the training patients.",
  );
  assertEquals(
    control,
    "Against 200 training and 1,000 held-out patients. If copies are published instead: 90.0% " +
      "(95% interval 85.0% to 95.0%) of pairs.",
  );
});

Deno.test("attackGroups() has sensitive codes by themselves, those of too few patients too", () => {
  const by_code = [
    { code: "B20", description: "HIV disease", sensitive: true, ...risk(0.1) },
    { code: "I10", description: "Hypertension", sensitive: false, ...risk(0.1) },
  ];
  const reason = "fewer than 10 training or held-out patients have it, or lack it";
  const groups = attackGroups({
    report: report({
      ...nothingFound,
      inference: {
        codes: 2,
        outcome: risk(0),
        by_code,
        left_out: [{ label: "inference of Opioid use", reason }],
      },
    }),
  });
  const sensitive = groups.find(({ id }) => id === "sensitive")?.attacks ?? [];
  assertEquals(sensitive.map(({ name, finding }) => [name, finding]), [
    ["Inference of HIV disease", "found"],
    ["Inference of Opioid use", "unclear"],
  ]);
  assertStringIncludes(sensitive[1].found, reason);
});
