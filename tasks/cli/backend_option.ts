import { type Backend, backends, useBackend } from "ehrloom";
import { type Arguments, type Option } from "./command.ts";

/** `--backend`, for every task that computes. */
export const backendOption: Readonly<Record<"backend", Option>> = {
  backend: { value: "B", help: `Engine: auto, or one of ${backends.join(", ")}`, default: "auto" },
};

/** The engine that the user chose. */
export function chosenBackend(args: Arguments): Backend | "auto" {
  return args.choice("backend", ["auto", ...backends]) ?? "auto";
}

/** Loads the engine that the user chose and returns its name. */
export async function startBackend(args: Arguments): Promise<Backend> {
  return await useBackend(chosenBackend(args));
}
