import { type Backend, backends, useBackend } from "ehrloom";
import { type Arguments, type Option } from "./command.ts";

/** `--backend`, as every task that computes has it. */
export const backendOption: Readonly<Record<"backend", Option>> = {
  backend: { value: "B", help: `auto or one of ${backends.join(", ")}`, default: "auto" },
};

/** Loads the backend that the user chose and gives its name. */
export async function startBackend(args: Arguments): Promise<Backend> {
  return await useBackend(args.choice("backend", ["auto", ...backends]) ?? "auto");
}
