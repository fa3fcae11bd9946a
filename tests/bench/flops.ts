import type { Cohort } from "ehrloom";
import type { GradientModel } from "ehrloom/models/interface/model.ts";

/** The sizes that products follow. */
interface Sizes {
  readonly width: number;
  readonly layers: number;
  readonly codes: number;
  readonly labels: number;
}

/** By the names that they have in all configs. */
const sizesOf = ({ config: { width, layers, codes, labels } }: GradientModel): Sizes => ({
  width: Number(width),
  layers: Number(layers),
  codes: Number(codes),
  labels: Number(labels),
});

/** A transformer's products for one row: c_attn 3, c_proj 1, c_fc 4, mlp c_proj 4 widths squared. */
const blocksPerRow = ({ width, layers }: Sizes) => layers * 2 * 12 * width ** 2;

/** Of the head's two triangles only what is below the diagonal, of the first not the codes' half. */
function haloHeadPerRow({ width, codes, labels }: Sizes): number {
  const columns = codes + labels + 3;
  const first = 2 * (width * (width + columns) - width ** 2 / 2);
  return first + 2 * columns * (width + columns / 2);
}

/** A layer's eight products of width squared, and a head that also reads the labels. */
const lstmPerRow = ({ width, layers, labels }: Sizes, columns: number) =>
  layers * 2 * 8 * width ** 2 + 2 * (width + labels) * columns;

/** Operations of one row outside attention; undefined where nobody has counted them. */
function perRow(model: GradientModel): number | undefined {
  const sizes = sizesOf(model);
  const { family, config, columns } = model;
  switch (family) {
    case "halo":
      return config.headRank === 0 ? blocksPerRow(sizes) + haloHeadPerRow(sizes) : undefined;
    case "lstm":
      return lstmPerRow(sizes, columns);
    case "halo-coarse":
    case "gpt":
    case "hisgt":
    case "synehrgy":
      return blocksPerRow(sizes) + 2 * sizes.width * columns;
    default:
      return undefined;
  }
}

/**
 * Floating-point operations of a forward pass that cannot be saved: products over the rows that count,
 * visits or tokens, with triangular weights counted half. Looking up embeddings is none.
 *
 * @param records indices into the cohort
 * @returns undefined for SynTEG, EVA and HALO with a head in blocks, which nobody has counted
 */
export function usefulForwardFlops(
  model: GradientModel,
  cohort: Cohort,
  records: Int32Array,
): number | undefined {
  const row = perRow(model);
  if (row === undefined) return undefined;
  const { width, layers } = sizesOf(model);
  const attends = model.family !== "lstm";
  let flops = 0;
  for (const record of records) {
    const rows = model.rowsOf(cohort, record);
    flops += rows * row + (attends ? layers * 2 * 2 * width * rows * (rows + 1) / 2 : 0);
  }
  return flops;
}
