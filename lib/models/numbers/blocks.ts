/** Tokens that follow each other. */
export interface Block {
  /** The first. */
  readonly from: number;
  /** How many. */
  readonly count: number;
}

/** Whether a token is one of a block's. */
export function isIn({ from, count }: Block, token: number): boolean {
  return token >= from && token < from + count;
}
