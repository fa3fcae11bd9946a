/** Options that learn the sample well in about a minute on two cores. */
export const demoTraining = {
  settings: { width: 64, layers: 1, heads: 4 },
  epochs: 40,
  batch: 8,
  learningRate: 6e-3,
  schedule: "cosine",
  warmup: 20,
} as const;
