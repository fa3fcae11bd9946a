/** What learns the sample well in about a minute on two cores. */
export const demoTraining = {
  settings: { width: 96, layers: 2, heads: 4 },
  epochs: 40,
  batch: 16,
  learningRate: 3e-3,
  schedule: "cosine",
  warmup: 20,
} as const;
