import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import type { JobList } from "ehrloom/cluster/job_list.ts";
import { kubernetesJobs, kubernetesYaml } from "ehrloom/cluster/kubernetes.ts";

const job = (name: string) => ({
  name,
  task: "generate",
  arguments: ["--shard", name],
  out: `/data/jobs/shards/${name}`,
  done: "metadata/dataset.json",
});
const list: JobList = {
  folder: "/data",
  elements: ["1/3", "2/3", "3/3"].map(job),
  merge: { ...job("merge"), out: "/data/My synthetic_records" },
};

Deno.test("an Indexed Job runs the elements, and a Job that waits for them the merge", async (t) => {
  const jobs = kubernetesJobs("/data/my jobs", list, {
    image: "ehrloom:1",
    volumes: { "/data": "patients" },
    atOnce: 2,
  });
  const yaml = kubernetesYaml(jobs);
  assertEquals(yaml.split("---\n").map(parse), [...jobs]);
  await t.assertSnapshot(yaml);
});

Deno.test("at most as many elements run at the same time as there are", () => {
  const options = { image: "ehrloom:1", volumes: {} };
  const parallelism = (atOnce?: number) =>
    kubernetesJobs("/jobs", list, { ...options, atOnce })[0].spec?.parallelism;
  assertEquals([parallelism(), parallelism(1), parallelism(9)], [3, 1, 3]);
});

Deno.test("without a merge, there is one Job", () => {
  const { merge: _, ...elements } = list;
  const options = { image: "ehrloom:1", volumes: {} };
  assertEquals(
    kubernetesJobs("/jobs", elements, options),
    kubernetesJobs("/jobs", list, options).slice(0, 1),
  );
});

Deno.test("names are those that Kubernetes takes", () => {
  const nameOf = (jobs: string) =>
    kubernetesJobs(jobs, list, { image: "x", volumes: {} })[1].metadata?.name;
  assertEquals(nameOf("/data/Über_Sätze.v2"), "ehrloom-ber-s-tze-v2-merge");
  assertEquals(nameOf(`/data/${"long".repeat(40)}`)?.length, "ehrloom-".length + 40 + 6);
  assertEquals(nameOf("/data/???"), "ehrloom-merge");
});
