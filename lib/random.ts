/**
 * Random numbers by seed and stream. The key of a stream is a list of whole numbers (such as seed,
 * record, visit), so the numbers of a record depend neither on its batch nor on the process that
 * draws them. All that Ehrloom itself draws has a named use, listed here. No maintained library
 * offers such keyed streams that fill typed arrays; the generator is Chris Doty-Humphrey's sfc32
 * (PractRand), and its state is a hash of the key by MurmurHash3's finaliser.
 *
 * @module
 */

/**
 * What Ehrloom draws random numbers for, each with its own number, so that no two uses ever share a
 * stream. After "by" follow the further parts of the key. The numbers must not change: another one
 * changes every result of its use.
 */
export const uses = {
  /** The order of training records; by epoch. */
  batchOrder: 1,
  /** Tables that are computed from what is known about codes. */
  tables: 2,
  /** Parameters of a second stage. */
  adversaryParameters: 3,
  /** The order of rows in a second stage; by epoch. */
  adversaryOrder: 4,
  /** Noise of a second stage; by epoch and step. */
  adversaryNoise: 5,
  /** Parameters of a network. */
  parameters: 6,
  /** The order of validation records. */
  validationOrder: 7,
  /** Latent vectors while training; by epoch and record. */
  trainingNoise: 8,
  /** Latent vectors while validating; by record. */
  validationNoise: 9,
  /** Latent vectors behind a bound of a likelihood; by record. */
  posteriorNoise: 10,
  /** Units that are dropped out; by epoch, record, row and place in the network. */
  dropout: 11,
  /** Steps of synthetic records; by record, step and attempt. */
  steps: 12,
  /** What the steps of a synthetic record leave open, such as numbers within bins; by record. */
  openValues: 13,
  /** The same for records that are read, such as ages within bins behind SynEHRgy's test loss. */
  readValues: 15,
  /** Rows of which few columns come up; the seed and the place are numbers of the row's steps. */
  sparseRows: 16,
  /** Synthetic records written as a whole; by record and attempt. */
  wholeRecords: 14,
  /** Rows over which conditionals are averaged; by row. */
  conditionals: 0x636f6e64,
  /** Resamples of patients; by role and resample. */
  resamples: 0x626f6f74,
  /** Groups of patients that resamples of large cohorts draw; by role and number of records. */
  resampleGroups: 0x67727073,
  /** Records drawn from independent marginals. */
  floor: 0x6d617267,
  /** Training records that the memoriser copies. */
  copies: 0x636f7079,
  /** Records that are compared in equal numbers; by the number of them. */
  equalNumbers: 0x6571756c,
  /** Records that a classifier is trained and tested on; by label, repetition and set. */
  classifierCases: 0x63617365,
  /** The visit of each record after which a return is predicted. */
  indexVisits: 0x69647876,
  /** Parameters of a classifier; by label and repetition. */
  classifierParameters: 0x63706172,
  /** The order of its cases; by label, repetition and epoch. */
  classifierOrder: 0x636f7264,
  /** Its units that are dropped out; by label, repetition, epoch and batch. */
  classifierDropout: 0x6364726f,
  /** Repetitions whose mean is taken in a resample; by label and resample. */
  repetitions: 0x72657073,
  /** Records and visits that predictors of the next visit are trained and tested on; by set. */
  nextVisit: 0x6e657874,
  /** Records of the rare-condition experiment; by label, repetition and set. */
  rareCondition: 0x72617265,
  /** Records of two-sample tests and manifold measures; by cohort. */
  twoSamples: 0x32736d70,
  /** Which records count as synthetic under a null hypothesis; by permutation. */
  permutations: 0x7065726d,
  /** Parameters and batches of the classifier of sequences; by fold and epoch. */
  sequenceClassifier: 0x73657143,
  /** Records that measures of privacy take; by set. */
  privacySamples: 0x70727673,
  /** Records on which a bound of epsilon is chosen. */
  epsilonHalves: 0x65707368,
  /** Descriptions of synthetic records that may single out patients. */
  descriptions: 0x64657363,
  /** Halves of records that are linked by chance. */
  chanceLinks: 0x6c696e6b,
  /** Patients whose codes are inferred, and guesses by chance. */
  inferences: 0x696e6665,
  /** Training records of shadow models; by model. */
  shadows: 0x73686477,
  /** Codes of canaries. */
  canaries: 0x63616e61,
  /** Which canaries are in training. */
  canaryCoins: 0x636f696e,
  /** Records that measures of privacy take with replacement; by set. */
  privacyResamples: 0x70727772,
  /** Which set each real record is in, under a null hypothesis; by resample. */
  redistributions: 0x72646973,
  /** Patients in the batches of private training; by step. */
  privateBatches: 0x70626174,
  /** Noise of private training; by step. */
  privateNoise: 0x706e6f69,
  /** Noise on the share of patients whose gradients are not clipped; by step. */
  privateShare: 0x70736872,
  /** The truth behind a simulated cohort. */
  simulatedTruth: 0x74727574,
  /** Simulated patients; by patient. */
  simulatedPatients: 0x73696d75,
} as const;

/** A use of random numbers. */
export type Use = keyof typeof uses;

/** A stream of pseudo-random numbers. */
export interface Random {
  /** A number in [0, 1), a multiple of 2⁻²⁴: exact in float32, never 1. */
  uniform(): number;
  /** A standard normal number (Box–Muller). */
  normal(): number;
  /** A whole number in [0, bound), bound up to 2³². */
  integer(bound: number): number;
  /** Fills the array with what the generator gives, whole numbers in [0, 2³²). */
  fillBits(target: Uint32Array): void;
  /** Fills the array, or its entries `from` up to `to`, with numbers in [0, 1), exact in float32. */
  fillUniform(target: Float32Array, from?: number, to?: number): void;
  /**
   * Draws `draws` numbers as `integer(target.length / columns)` would, and adds 1 for each: number i
   * is counted at `target[i × columns + column]`.
   */
  tally(draws: number, target: Int32Array, at: { column: number; columns: number }): void;
  /** Shuffles in place (Fisher–Yates) and returns the same array. */
  shuffle<T extends { [index: number]: number; length: number } | unknown[]>(array: T): T;
}

/** A number in [0, 1), a multiple of 2⁻⁴⁸: for events of probability 10⁻¹⁰. */
export function fineUniform(draws: Random): number {
  return draws.uniform() + draws.uniform() * 2 ** -24;
}

/** MurmurHash3's finaliser, as an int32. */
function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** The numbers of {@link limitOf} and beyond are drawn again: small numbers would be likelier. */
function limitOf(bound: number): number {
  if (!(bound >= 1 && bound <= 2 ** 32)) throw new RangeError(`No integer below ${bound}`);
  return 2 ** 32 - 2 ** 32 % bound;
}

/**
 * sfc32. Its state is four int32 fields: a stream with a typed array takes four times as long to
 * start, and the records of a cohort start two for each visit.
 */
class Sfc32 implements Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;
  private spare: number | undefined = undefined; // normal numbers come in pairs

  constructor(key: readonly number[]) {
    let a = 0x9e3779b9 | 0;
    let b = 0x243f6a88;
    let c = 0xb7e15162 | 0;
    for (let i = 0; i < key.length; i++) {
      const part = key[i];
      if (!Number.isSafeInteger(part) || part < 0) {
        throw new RangeError(`Cannot seed with ${part}: must be a whole number, at least 0`);
      }
      const high = Math.floor(part / 2 ** 32);
      a = mix(a ^ part);
      b = mix(b + Math.imul(a, 31) + high);
      c = mix(c ^ (a + Math.imul(b, 17)));
    }
    [this.a, this.b, this.c] = [a, b, c];
    for (let i = 0; i < 12; i++) this.next();
  }

  /** The next whole number in [0, 2³²). */
  private next(): number {
    const { a, b, c, counter } = this;
    const t = (((a + b) | 0) + counter) | 0;
    this.a = b ^ (b >>> 9);
    this.b = (c + (c << 3)) | 0;
    this.c = ((c << 21) | (c >>> 11)) + t | 0;
    this.counter = (counter + 1) | 0;
    return t >>> 0;
  }

  private store(a: number, b: number, c: number, counter: number): void {
    this.a = a;
    this.b = b;
    this.c = c;
    this.counter = counter;
  }

  uniform(): number {
    return (this.next() >>> 8) * 2 ** -24;
  }

  integer(bound: number): number {
    const limit = limitOf(bound);
    let draw = this.next();
    while (draw >= limit) draw = this.next();
    return draw % bound;
  }

  normal(): number {
    if (this.spare !== undefined) {
      const kept = this.spare;
      this.spare = undefined;
      return kept;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  /** With the generator's state in variables. */
  fillUniform(target: Float32Array, from = 0, to = target.length): void {
    let { a, b, c, counter } = this;
    for (let i = from; i < to; i++) {
      const t = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t | 0;
      target[i] = (t >>> 8) * 2 ** -24;
    }
    this.store(a, b, c, counter);
  }

  shuffle<T extends { [index: number]: number; length: number } | unknown[]>(array: T): T {
    for (let i = array.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      [array[i], array[j]] = [array[j], array[i]];
    }
    return array;
  }

  /** With the generator's state in variables. */
  fillBits(target: Uint32Array): void {
    let { a, b, c, counter } = this;
    for (let i = 0; i < target.length; i++) {
      const t = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t | 0;
      target[i] = t;
    }
    this.store(a, b, c, counter);
  }

  /**
   * With the generator's state in variables, and the rest of a division by the reciprocal: seven
   * times as fast as single draws.
   */
  tally(
    draws: number,
    target: Int32Array,
    { column, columns }: { column: number; columns: number },
  ): void {
    const bound = target.length / columns;
    const limit = limitOf(bound);
    const reciprocal = 1 / bound;
    let { a, b, c, counter } = this;
    for (let i = 0; i < draws;) {
      const t = (((a + b) | 0) + counter) | 0;
      counter = (counter + 1) | 0;
      a = b ^ (b >>> 9);
      b = (c + (c << 3)) | 0;
      c = ((c << 21) | (c >>> 11)) + t | 0;
      const draw = t >>> 0;
      if (draw >= limit) continue;
      let rest = (t - Math.imul((draw * reciprocal) >>> 0, bound)) | 0;
      if (rest < 0) rest += bound; // the quotient was rounded up
      else if (rest >= bound) rest -= bound;
      target[rest * columns + column]++;
      i++;
    }
    this.store(a, b, c, counter);
  }
}

/**
 * The stream of the given key; equal keys give equal streams, different keys independent ones.
 *
 * @param seed a whole number, at least 0 and below 2⁵³
 * @param stream further parts of the key, also whole numbers
 * @throws {RangeError} If a part of the key is not such a number
 */
export function random(seed: number, ...stream: number[]): Random {
  return new Sfc32([seed, ...stream]);
}

/**
 * The stream of a use: different from the streams of all other uses of the same seed.
 *
 * @param seed a whole number, at least 0
 * @param place further parts of the key, as {@link uses} lists them for each use
 * @throws {RangeError} If a part of the key is not such a number
 */
export function stream(use: Use, seed: number, ...place: number[]): Random {
  return new Sfc32([seed, uses[use], ...place]);
}
