import type { Job, JobList } from "./job_list.ts";

/** A text, such as a path, as one word of a shell: with quotes where it needs them. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** How jobs are run where the script runs. */
export interface JobScriptOptions {
  /** Deno: a path, or a name on the PATH. */
  readonly deno: string;
  /** The folder of Ehrloom. */
  readonly project: string;
  /**
   * The arguments of Deno that make a task, `run --no-prompt … tasks/merge.ts`, and variables of its
   * environment, which all jobs of the list get.
   */
  readonly taskCommand: (task: string) => {
    readonly arguments: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
}

/**
 * A shell script that runs one job of a list, by its number; the merge is `merge`. A job that is done
 * is not run again. With `is-done` behind the number, it only says by its exit code whether it is, and
 * with `has-trained FILE` whether a training in it has stored its state since that file was written.
 *
 * @example
 * ```ts
 * import { jobScript } from "ehrloom";
 * import { assertStringIncludes } from "@std/assert";
 *
 * const job = { name: "one", task: "prepare", arguments: ["--out", "a b"], out: "/x/a b", done: "c" };
 * const script = jobScript({ folder: "/x", elements: [job], merge: job }, {
 *   deno: "deno",
 *   project: "/ehrloom",
 *   taskCommand: (task) => ({ arguments: ["run", `tasks/${task}.ts`], environment: {} }),
 * });
 * assertStringIncludes(script, "1) run '/x/a b' c run tasks/prepare.ts --out 'a b' ;;");
 * ```
 */
export function jobScript(
  { folder, elements, merge }: JobList,
  { deno, project, taskCommand }: JobScriptOptions,
): string {
  // of all tasks: those of a list have none that another must not have
  const variables = [...elements, ...merge === undefined ? [] : [merge]]
    .flatMap(({ task }) => Object.entries(taskCommand(task).environment));
  const exported = [...new Map([["INIT_CWD", folder], ...variables])]
    .map(([name, value]) => `${name}=${shellWord(value)}`);
  const line = (label: string, { task, arguments: args, out, done }: Job) => {
    const words = [out, done, ...taskCommand(task).arguments, ...args].map(shellWord);
    return `  ${label}) run ${words.join(" ")} ;;`;
  };
  return [
    "#!/bin/sh",
    "# Runs one job of jobs.json, by its number or as merge. Written by deno task submit.",
    "set -eu",
    `cd ${shellWord(project)}`,
    `export ${exported.join(" ")}`,
    "asked=${2:-} since=${3:-}",
    "run() {",
    // only a checkpoint writes these; resume.safetensors is there from the start of a run
    "  found() { find \"$1\" '(' -name training.jsonl -o -name adversary.jsonl ')' " +
    '-newer "$since" 2>/dev/null; }',
    '  [ "$asked" != has-trained ] || exec test -n "$(found "$1")"',
    '  [ ! -e "$1/$2" ] || exit 0 # it is done',
    '  [ "$asked" != is-done ] || exit 1',
    "  shift 2",
    `  exec ${shellWord(deno)} "$@"`,
    "}",
    'case "$1" in',
    ...elements.map((job, index) => line(String(index + 1), job)),
    ...merge === undefined ? [] : [line("merge", merge)],
    '  *) echo "error: there is no job $1" >&2; exit 2 ;;',
    "esac",
    "",
  ].join("\n");
}
