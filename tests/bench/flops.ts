import type { Cohort } from "ehrloom";

/**
 * Floating-point operations of HALO's forward pass that cannot be saved: products over rows that
 * count, with triangular weights counted half and the sparse code half of the head not at all.
 *
 * @param config the model's
 * @param cohort where the records are
 * @param records indices into it
 */
export function usefulForwardFlops(
  config: { width: number; layers: number; codes: number; labels: number },
  cohort: Cohort,
  records: Int32Array,
): number {
  const { width, layers } = config;
  const columns = config.codes + config.labels + 3;
  const block = 2 * 12 * width ** 2; // c_attn 3, c_proj 1, c_fc 4, mlp c_proj 4 widths squared
  const firstLayer = 2 * (width * (width + columns) - width ** 2 / 2);
  const secondLayer = 2 * columns * (width + columns / 2);
  let flops = 0;
  for (const record of records) {
    const rows = cohort.visitOffsets[record + 1] - cohort.visitOffsets[record] + 1;
    const attention = layers * 2 * 2 * width * rows * (rows + 1) / 2;
    flops += rows * (layers * block + firstLayer + secondLayer) + attention;
  }
  return flops;
}
