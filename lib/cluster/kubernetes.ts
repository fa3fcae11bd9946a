/**
 * Jobs on Kubernetes: the elements as an Indexed Job, and the merge, if there is one, as a Job that
 * waits for them.
 *
 * @see https://kubernetes.io/docs/concepts/workloads/controllers/job/#completion-mode
 * @module
 */
import { stringify } from "@std/yaml";
import type {
  Job as KubernetesJob,
  JobSpec,
  PodFailurePolicy,
} from "kubernetes-types/batch/v1.d.ts";
import type { Container, PodSpec } from "kubernetes-types/core/v1.d.ts";
import { basename, join } from "node:path";
import { replaceText } from "../files/output.ts";
import type { JobList } from "./job_list.ts";
import { jobScript, type JobScriptOptions, shellWord } from "./job_script.ts";

/** Times that a failed job is tried again. */
const retries = 2;

/** Where jobs run, and where their files are. */
export interface KubernetesOptions {
  /** The image, in which Ehrloom is in {@link imageProject} and `deno` on the PATH. */
  readonly image: string;
  /** Claims of volumes, by the path at which they are mounted: the same as on this machine. */
  readonly volumes: Readonly<Record<string, string>>;
  /** How many elements may run at the same time; default all. */
  readonly atOnce?: number | undefined;
}

/** The folder of Ehrloom in the image that the Containerfile makes. */
export const imageProject = "/ehrloom";

/** A name as Kubernetes takes it, of at most 48 lower-case letters, digits and "-". */
function nameOf(text: string): string {
  const words = text.toLowerCase().split(/[^a-z0-9]+/).filter((word) => word !== "");
  return ["ehrloom", ...words].join("-").slice(0, 48).replace(/-$/, "");
}

/** What is done when a job was called wrongly; what the cluster ends itself is no failure. */
function failurePolicy(action: string): PodFailurePolicy {
  return {
    rules: [
      { action, onExitCodes: { operator: "In", values: [2] } },
      { action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] },
    ],
  };
}

/**
 * The Jobs of a list: one of the elements, and one of the merge if there is any. A job that fails is
 * tried again, twice at most; one that was called wrongly (exit code 2) is not. What the cluster ends
 * itself, as for a machine that is to be repaired, does not count.
 *
 * @param jobs the folder of the jobs, with `element.sh` and `logs/`, on one of the volumes
 */
export function kubernetesJobs(
  jobs: string,
  { elements, merge }: JobList,
  { image, volumes, atOnce = elements.length }: KubernetesOptions,
): KubernetesJob[] {
  const name = nameOf(basename(jobs));
  const script = shellWord(join(jobs, "element.sh"));
  const logs = shellWord(join(jobs, "logs", "kubernetes"));
  const claims = Object.entries(volumes);
  const container = (own: string, command: string): Container => ({
    name: own,
    image,
    command: ["sh", "-c", command],
    volumeMounts: claims.map(([mountPath], i) => ({ name: `volume-${i + 1}`, mountPath })),
  });
  const running = (job: string) => `exec sh ${script} ${job} 2>> ${logs}_${job}.log`;
  const pod: Pick<PodSpec, "restartPolicy" | "volumes"> = {
    restartPolicy: "Never",
    volumes: claims.map(([, claimName], i) => ({
      name: `volume-${i + 1}`,
      persistentVolumeClaim: { claimName },
    })),
  };
  const waiting = `for i in $(seq ${elements.length}); do ` +
    `until sh ${script} $i is-done; do sleep 10; done; done`;
  const index = "number=$((JOB_COMPLETION_INDEX + 1)) && ";
  const job = (own: string, spec: JobSpec): KubernetesJob => ({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: `${name}-${own}` },
    spec,
  });
  const ofElements = job("elements", {
    completionMode: "Indexed",
    completions: elements.length,
    parallelism: Math.min(atOnce, elements.length),
    backoffLimitPerIndex: retries,
    podFailurePolicy: failurePolicy("FailIndex"),
    template: {
      spec: { ...pod, containers: [container("element", index + running("${number}"))] },
    },
  });
  if (merge === undefined) return [ofElements];
  const ofMerge = job("merge", {
    backoffLimit: retries,
    podFailurePolicy: failurePolicy("FailJob"),
    template: {
      spec: {
        ...pod,
        initContainers: [container("wait", waiting)],
        containers: [container("merge", running("merge"))],
      },
    },
  });
  return [ofElements, ofMerge];
}

/** Jobs as the YAML that `kubectl apply` takes. */
export function kubernetesYaml(jobs: readonly KubernetesJob[]): string {
  return jobs.map((job) => stringify(job, { lineWidth: -1 })).join("---\n");
}

/**
 * Writes what Kubernetes runs into the folder of the jobs.
 *
 * @returns the YAML, and the path of its file
 */
export async function writeKubernetesJobs(
  jobs: string,
  jobList: JobList,
  options: KubernetesOptions & JobScriptOptions,
): Promise<{ path: string; yaml: string }> {
  const path = join(jobs, "kubernetes.yaml");
  const yaml = kubernetesYaml(kubernetesJobs(jobs, jobList, options));
  await replaceText(join(jobs, "element.sh"), jobScript(jobList, options));
  await replaceText(path, yaml);
  return { path, yaml };
}
