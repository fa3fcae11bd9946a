import { say } from "./command.ts";

/** Says what reading a folder left out. */
export const sayLeftOut = {
  onLeftOut: (what: string): void => say(`left out: ${what}`),
};
