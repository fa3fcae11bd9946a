/**
 * Jobs for Kubernetes, as YAML.
 *
 * @module
 */
import { imageProject, type JobList, type KubernetesOptions, writeKubernetesJobs } from "ehrloom";
import { type Arguments, say, shellPath, UsageError } from "../cli/command.ts";
import { taskCommand } from "./task_command.ts";

/** Where jobs run, by the options. */
export function kubernetesOptions(args: Arguments, jobs: string): KubernetesOptions {
  const image = args.text("image");
  const volumes = Object.fromEntries(
    args.all("volume").map((text) => {
      const [, claim, path] = text.match(/^([^=]+)=(\/.*?)\/?$/) ?? [];
      if (path === undefined) {
        throw new UsageError(`--volume is ${text}, must be CLAIM=PATH, such as data=/data`);
      }
      return [path, claim];
    }),
  );
  if (Object.keys(volumes).some((path) => `${jobs}/`.startsWith(`${path}/`))) {
    return { image, volumes, atOnce: args.maybeInteger("at-once", { min: 1 }) };
  }
  throw new UsageError(`${jobs} is on no volume: give --volume CLAIM=PATH with a folder above it`);
}

/** Writes and prints the jobs. */
export async function printForKubernetes(
  jobs: string,
  jobList: JobList,
  { options, json }: { readonly options: KubernetesOptions; readonly json: boolean },
): Promise<{ kubernetes: string }> {
  const how = { ...options, deno: "deno", project: imageProject, taskCommand };
  const { path, yaml } = await writeKubernetesJobs(jobs, jobList, how);
  // deno-lint-ignore no-console -- it is this program's output
  if (!json) console.log(yaml);
  say(`Next: kubectl apply -f ${shellPath(path)}`);
  return { kubernetes: path };
}
