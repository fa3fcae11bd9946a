/**
 * What the code of a model does not say of itself: its paper in full, and the parts of its network in
 * the order in which a record goes through them. The shapes of the parts are those of its parameters.
 *
 * @module
 */

/** What a model reads and writes at once. */
export type StepKind = "rows" | "tokens";

/** A part of a network: what it does, and which parameters are its own. */
export interface Part {
  readonly name: string;
  readonly does: string;
  /** Matches the names of its parameters. */
  readonly parameters: RegExp;
  /** Whether its matrices are lower triangular: an output sees the inputs up to its own place. */
  readonly isTriangular?: boolean;
}

/** One model. */
export interface ModelFacts {
  readonly steps: StepKind;
  /** The paper as a reference, and its address. */
  readonly paper?: readonly [reference: string, address: string];
  /** Of docs/specs, its file and the id of its section. */
  readonly specification?: string;
  readonly parts: readonly Part[];
}

const halo = [
  "Theodorou B, Xiao C, Sun J (2023). Synthesize high-dimensional longitudinal electronic health " +
  "records via hierarchical autoregressive language model. Nature Communications 14, 5305.",
  "https://doi.org/10.1038/s41467-023-41093-0",
] as const;

const rowEmbedding: Part = {
  name: "Embedding of rows",
  does: "the vectors of the codes of a row are added, and one for its place",
  parameters: /(vis|pos)_embed_mat|so_far|^embedding_matrix/,
};
const tokenEmbedding: Part = {
  name: "Embedding of tokens",
  does: "a vector of the token, and one for its place",
  parameters: /(code|pos)_embed_mat/,
};
const transformer: Part = {
  name: "Transformer",
  does: "each step attends to all steps before it: the history",
  parameters: /^transformer\.(h\.|ln_f)/,
};
const tokenHead: Part = {
  name: "Head",
  does: "the probability of each token to be the next; its matrix is that of the embedding",
  parameters: /^ehr_head\./,
};
const independentHead: Part = {
  name: "Head",
  does: "all columns at once from the history: codes of a visit are independent given the past",
  parameters: /^ehr_head\./,
};
const gptParts = [tokenEmbedding, transformer, tokenHead];
const counts: Part = {
  name: "Counts",
  does: "what was counted in the training records; nothing is learned by steps",
  parameters: /./,
};

/** By the names of the models. */
export const modelFacts: Readonly<Record<string, ModelFacts>> = {
  halo: {
    steps: "rows",
    paper: halo,
    specification: "docs/specs/halo.html",
    parts: [rowEmbedding, transformer, {
      name: "Masked head",
      does:
        "each column from the history and from the columns before it: codes of a visit depend " +
        "on each other",
      parameters: /^ehr_head\.auto/,
      isTriangular: true,
    }],
  },
  "halo-coarse": {
    steps: "rows",
    paper: halo,
    specification: "docs/specs/baselines.html#1-halo-coarse",
    parts: [rowEmbedding, transformer, independentHead],
  },
  lstm: {
    steps: "rows",
    paper: halo,
    specification: "docs/specs/baselines.html#2-lstm",
    parts: [rowEmbedding, {
      name: "LSTM",
      does: "one row after the other changes what is remembered: the history",
      parameters: /^lstm\./,
    }, independentHead],
  },
  gpt: {
    steps: "tokens",
    paper: halo,
    specification: "docs/specs/baselines.html#3-gpt-over-codes",
    parts: gptParts,
  },
  hisgt: {
    steps: "tokens",
    paper: [
      "Zhou G, Barbieri S (2025). Generating clinically realistic EHR data via a hierarchy- and " +
      "semantics-guided transformer. arXiv:2502.20719.",
      "https://arxiv.org/abs/2502.20719",
    ],
    specification: "docs/specs/hisgt.html#5-model",
    parts: [
      tokenEmbedding,
      {
        name: "Meaning and place of codes",
        does:
          "vectors of the description and of the place in the hierarchy are added; they are computed " +
          "before training, and two heads must find them again",
        parameters: /semantic|hierarchy/,
      },
      transformer,
      tokenHead,
    ],
  },
  synehrgy: {
    steps: "tokens",
    paper: [
      "Karami H, Atienza D, Paraschiv-Ionescu A (2024). SynEHRgy: Synthesizing mixed-type structured " +
      "electronic health records using decoder-only transformers. arXiv:2411.13428.",
      "https://arxiv.org/abs/2411.13428",
    ],
    specification: "docs/specs/synehrgy.html",
    parts: gptParts,
  },
  synteg: {
    steps: "rows",
    paper: [
      "Zhang Z, Yan C, Lasko TA, Sun J, Malin BA (2021). SynTEG: a framework for temporal structured " +
      "electronic health data simulation. Journal of the American Medical Informatics Association " +
      "28(3), 596–604.",
      "https://doi.org/10.1093/jamia/ocaa262",
    ],
    specification: "docs/specs/baselines.html#4-synteg",
    parts: [{
      name: "Encoder of visits",
      does: "the codes of a visit as a set: each attends to the others",
      parameters: /^(embeddings|visit_att|proj1)\./,
    }, {
      name: "LSTM over visits",
      does: "gives the condition of the next visit, and learns by predicting it",
      parameters: /^(lstm|proj2|proj3)\./,
    }, {
      name: "Generator",
      does: "writes a visit from noise and its condition",
      parameters: /^generator\./,
    }, {
      name: "Averaged generator",
      does: "the mean of the generator over its last steps: it writes the records in the end",
      parameters: /^average\./,
    }, {
      name: "Discriminator",
      does: "learns to tell written visits from real ones, and so teaches the generator",
      parameters: /^discriminator\./,
    }],
  },
  eva: {
    steps: "rows",
    paper: [
      "Biswal S, Ghosh S, Duke J, Malin B, Stewart W, Xiao C, Sun J (2020). EVA: Generating " +
      "longitudinal electronic health records using conditional variational autoencoders. " +
      "arXiv:2012.10020.",
      "https://arxiv.org/abs/2012.10020",
    ],
    specification: "docs/specs/baselines.html#5-eva",
    parts: [{
      name: "Encoder",
      does: "an LSTM in each direction over the rows of a record: mean and variance of its vector",
      parameters: /^encoder\./,
    }, {
      name: "Decoder",
      does: "convolutions turn a vector into all rows at once",
      parameters: /^decoder\./,
    }],
  },
  markov: { steps: "rows", parts: [counts] },
  independent: { steps: "rows", parts: [counts] },
  memoriser: { steps: "rows", parts: [counts] },
};
