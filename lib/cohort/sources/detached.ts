/** A copy that does not keep the block of the file alive from which the text was cut. */
export function detached(text: string): string {
  return JSON.parse(JSON.stringify(text));
}
