/**
 * What Ehrloom has written, known by its own marks: only that may ever be replaced.
 *
 * @module
 */
import { join } from "node:path";
import { isHeld, lockedPath } from "./lock.ts";
import { temporaryPattern } from "./temporary.ts";

const run = String.raw`(config|vocabulary|canaries|finished)\.json|(training|adversary)\.jsonl|` +
  String.raw`(model|resume|resume-adversary)\.safetensors`;
const cohort = String.raw`data/\d+\.parquet|metadata/((codes|labels|subject_splits)\.parquet|` +
  String.raw`dataset\.json)|(quality|truth)\.json|(continuations|trajectories)/\d+\.parquet`;
const report = String.raw`report\.(html|json)|figures/\w+\.(svg|png|csv)|tables/\w+\.\w+\.csv`;
const comparison =
  String.raw`(plan|ceiling|comparison)\.json|comparison\.html|figures/\w+\.(svg|png|csv)|` +
  String.raw`models/[^/]+/(seeds/\d+/)?` +
  String.raw`(judgement\.json|run/(${run})|synthetic/(${cohort})|report/(${report}))`;
const demo = `demo\\.json|${report}|(cohort|synthetic)/(${cohort})|run/(${run})`;

const attack = String.raw`(plan|lira|part)\.json|shadows/\d+/(${run})`;

const jobs = String.raw`jobs\.json|element\.sh|(elements|merge)\.sbatch|slurm\.json|` +
  String.raw`kubernetes\.yaml|before-(lira|comparison)\.json|` +
  String
    .raw`logs/\w+\.(log|begun|failed)|shards/\d+/(${cohort})|parts/[^/]+/(${comparison}|${attack})`;

/**
 * A kind of folder: the file that identifies it, what that says, and the paths that it may have.
 */
interface Layout {
  readonly mark: string;
  readonly says: RegExp;
  readonly holds: RegExp;
}

const layouts: readonly Layout[] = [
  { mark: "config.json", says: /"ehrloom"\s*:/, holds: whole(run) },
  { mark: "metadata/dataset.json", says: /"etl_name"\s*:\s*"ehrloom"/, holds: whole(cohort) },
  { mark: "report.json", says: /"ehrloom"\s*:/, holds: whole(report) },
  { mark: "demo.json", says: /"ehrloom"\s*:/, holds: whole(demo) },
  { mark: "plan.json", says: /"resamples"\s*:/, holds: whole(comparison) },
  { mark: "jobs.json", says: /"ehrloom"\s*:/, holds: whole(jobs) },
  { mark: "plan.json", says: /"attack"\s*:\s*"lira"/, holds: whole(attack) },
];

function whole(pattern: string): RegExp {
  return new RegExp(`^(${pattern})$`);
}

/** Files that desktops leave in folders; nobody misses them. */
const litter = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** An npm package of Ehrloom: it is compressed, so its name must do. */
const packed = /(^|[/\\])ehrloom-\d+\.\d+\.\d+\.tgz$/;

/** What a file of Ehrloom says: JSON names the version that wrote it, a page its generator. */
const fileMark = /"ehrloom"\s*:|<meta name="generator" content="Ehrloom [\d.]+"/;

/** A mark is near the beginning of its file. */
const markBytes = 1 << 16;

async function beginning(path: string): Promise<string> {
  try {
    using file = await Deno.open(path);
    const bytes = new Uint8Array(markBytes);
    const length = await file.read(bytes);
    return new TextDecoder().decode(bytes.subarray(0, length ?? 0));
  } catch (_) {
    return ""; // what cannot be read bears no mark
  }
}

/** Paths of all files below a folder, from it, with "/" between; links are not followed. */
async function* filesBelow(folder: string, from = ""): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(join(folder, from))) {
    const path = from + name;
    if (isDirectory) yield* filesBelow(folder, `${path}/`);
    else yield path;
  }
}

/** What a folder of Ehrloom may contain, by its marks. */
async function layoutsOf(folder: string): Promise<RegExp[]> {
  const own: RegExp[] = [];
  for (const { mark, says, holds } of layouts) {
    if (says.test(await beginning(join(folder, mark)))) own.push(holds);
  }
  return own;
}

/** Whether a folder is a result of Ehrloom, whatever else it contains. */
export async function isOurs(folder: string): Promise<boolean> {
  return (await layoutsOf(folder)).length > 0;
}

/** The first thing in a folder that prevents replacing it. */
async function foreignPartOf(folder: string): Promise<string | undefined> {
  const own = await layoutsOf(folder);
  for await (const path of filesBelow(folder)) {
    const locked = lockedPath(join(folder, path));
    if (locked !== undefined) {
      if (await isHeld(locked)) return `another process writes to "${locked}"`;
      continue;
    }
    const isKnown = litter.test(path) || temporaryPattern.test(path) ||
      own.some((holds) => holds.test(path));
    if (!isKnown) return `it contains ${path}, which Ehrloom did not write`;
  }
  return undefined;
}

/**
 * What prevents replacing something: the first file of a folder that Ehrloom did not write, or a
 * file that is not Ehrloom's. Links can be replaced: what they point to stays.
 *
 * @param path of a file or folder
 * @returns undefined if all of it is Ehrloom's
 */
export async function foreignPart(path: string): Promise<string | undefined> {
  const found = await Deno.lstat(path);
  if (found.isSymlink) return undefined;
  if (found.isDirectory) return await foreignPartOf(path);
  const isMarked = found.isFile &&
    (packed.test(path) || fileMark.test(await beginning(path)));
  return isMarked ? undefined : "it is a file that Ehrloom did not write";
}
