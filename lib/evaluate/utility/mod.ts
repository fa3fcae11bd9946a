/**
 * The measures of utility: can synthetic records replace real ones in an analysis?
 *
 * @module
 */
import { effects } from "./effects/effects.ts";
import { nextVisit } from "./next_visit/next_visit.ts";
import { outcomes } from "./outcomes/outcomes.ts";
import { phenotyping } from "./phenotyping.ts";
import { phenotypingBefore } from "./phenotyping_before.ts";
import { survival } from "./survival/survival.ts";

/**
 * In the order in which they are asked, and in which `report.json` has them.
 *
 * @internal
 */
export const utilityMeasures = [
  phenotyping,
  phenotypingBefore,
  outcomes,
  nextVisit,
  effects,
  survival,
] as const;
