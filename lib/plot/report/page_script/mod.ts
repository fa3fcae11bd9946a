/**
 * All that runs in the reader's browser: what these modules export is sent with the page, see
 * `script.ts`.
 *
 * @module
 */
export * from "../../figures/csv_text.ts";
export * from "../../figures/probability_axes.ts";
export * from "./axes.ts";
export * from "./canvas.ts";
export * from "./keyboard.ts";
export * from "./main.ts";
export * from "./page.ts";
export * from "./points.ts";
export * from "./readout.ts";
export * from "./save.ts";
export * from "./scatter.ts";
export * from "./scatter_files.ts";
export * from "./search.ts";
export * from "./view.ts";
export * from "./zoom.ts";
