import { assertEquals } from "@std/assert";
import { parse } from "@std/yaml";
import type { JobList } from "ehrloom/cluster/job_list.ts";
import { kubernetesJobs, kubernetesYaml } from "ehrloom/cluster/kubernetes.ts";
import { join } from "node:path";
import { inFolder } from "../folder.ts";
import { pythonWith } from "../python.ts";
import { testWith } from "../wants.ts";

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

/** Says of each resource of a YAML text what is wrong with it in a version of Kubernetes. */
const validation = `
import sys, yaml, kubernetes_validate as k
for resource in yaml.safe_load_all(open("jobs.yaml")):
  for version in ["1.29", "1.37"]:
    try:
      k.validate(resource, version, strict=True)
    except k.ValidationError as error:
      print(version, error.message)
`;

testWith(
  await pythonWith("kubernetes-validate==1.37.0"),
  "Jobs are those of the schemas of Kubernetes 1.29 and 1.37",
  (python) =>
    inFolder(async (folder) => {
      const options = { image: "ehrloom:1", volumes: { "/data": "patients" } };
      const said = async (yaml: string) => {
        await Deno.writeTextFile(join(folder, "jobs.yaml"), yaml);
        return (await python(folder, validation)).trim().split("\n").filter((line) => line !== "");
      };
      const yaml = kubernetesYaml(kubernetesJobs("/data/jobs", list, options));
      assertEquals(await said(yaml), []);
      assertEquals(
        await said(yaml.replace("completionMode", "completionMod")),
        ["1.29", "1.37"].map((version) =>
          `${version} Additional properties are not allowed ('completionMod' was unexpected)`
        ),
      );
    }),
);

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
