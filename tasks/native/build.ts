/**
 * How the TensorFlow backend is made: TensorFlow's library and C headers come out of the Python
 * wheel, and the npm package's own binding between JavaScript and that library is compiled here.
 *
 * The npm package's install script would download TensorFlow 2.9 of 2021 from a host of its own.
 *
 * @module
 */
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { replaceWhole } from "../../lib/files/output.ts";
import { kernelLibrary, nativeBinding, stderrSwitch } from "../../lib/nn/backend.ts";
import { compileKernels, installKernels } from "./kernels.ts";
import { cacheFolder, isFile, must, run } from "./programs.ts";

const version = "2.21.0";

/** Only these of the wheel's files: 850 of 1,300 MB, 120 of 12,000 headers. */
const wanted = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  ...["tensorflow/c", "tensorflow/core/platform", "tsl/platform", "xla/tsl/c"]
    .map((folder) => `tensorflow/include/${folder}/`),
];

const extract = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
for name in wheel.namelist():
    if name.startswith(tuple(sys.argv[3:])):
        wheel.extract(name, sys.argv[2])
`;

/** The wheel names NVIDIA's libraries of the extra "and-cuda"; prints one requirement a line. */
const cudaRequirements = `
import sys, zipfile
wheel = zipfile.ZipFile(sys.argv[1])
[metadata] = [name for name in wheel.namelist() if name.endswith(".dist-info/METADATA")]
for line in wheel.read(metadata).decode().splitlines():
    if line.startswith("Requires-Dist: nvidia") and "and-cuda" in line:
        print(line.removeprefix("Requires-Dist: ").split(";")[0])
`;

const product = `
import { backendVersions, peakFlops, useBackend } from "ehrloom";
import { hasKernels } from "ehrloom/nn/kernels.ts";
await useBackend("tensorflow");
const [version, flops] = [backendVersions().tensorflow, await peakFlops()];
console.log(JSON.stringify({ version, flops, hasKernels: hasKernels() }));
`;

/** For `useBackend()`: tasks may call no library but those in node_modules, libc as little. */
const stderrSwitchSource = `
#include <fcntl.h>
#include <unistd.h>
extern "C" int closeStderr() {
  int kept = dup(2);
  int nowhere = open("/dev/null", O_WRONLY);
  dup2(nowhere, 2);
  close(nowhere);
  return kept;
}
extern "C" void reopenStderr(int kept) {
  dup2(kept, 2);
  close(kept);
}
`;

/** What {@link buildNative} does differently when asked to. */
export interface NativeOptions {
  /** TensorFlow for NVIDIA cards, 5 GB with its CUDA libraries, not the smaller one for CPUs. */
  cuda?: boolean;
  /** Download and compile again what is in the cache. */
  force?: boolean | undefined;
  /** Called with a line for people before each step. */
  onStep?: (step: string) => void;
}

/** A TensorFlow backend that has been tried. */
export interface NativeBuild {
  /** TensorFlow's version. */
  version: string;
  /** Speed of a 2048³ matrix product, floating-point operations per second. */
  flops: number;
  /** Whether it has Ehrloom's own operations: on processors, where they could be compiled. */
  hasKernels: boolean;
  /** Folder that holds the libraries; node_modules keeps only a small file that points there. */
  cache: string;
}

/**
 * Builds the TensorFlow backend and tries it in a fresh process.
 *
 * Libraries and compiled binding stay in `$XDG_CACHE_HOME/ehrloom` (or `~/.cache/ehrloom`), so that
 * after a loss of `node_modules` a second call takes seconds and needs neither network nor compiler.
 *
 * @throws {Deno.errors.NotSupported} On anything but Linux
 * @throws {Deno.errors.NotFound} If python3, pip or g++ is missing; the message names what and how
 * to get it
 * @throws {Error} If download, compiler or first product fails; the message names the log file
 */
export async function buildNative(options: NativeOptions = {}): Promise<NativeBuild> {
  const { cuda = false, force = false, onStep = () => {} } = options;
  if (Deno.build.os !== "linux") {
    throw new Deno.errors.NotSupported(
      `Cannot build TensorFlow on ${Deno.build.os}: only Linux is supported, use the wasm backend`,
    );
  }
  // aarch64 has no wheel named tensorflow-cpu: there, tensorflow is the one for CPUs
  const name = cuda || Deno.build.arch === "aarch64" ? "tensorflow" : "tensorflow-cpu";
  const root = cacheFolder();
  const cache = join(root, `${name}-${version}`);
  const compiled = [stderrSwitch(), nativeBinding()]
    .map((installed) => ({ installed, cached: join(cache, basename(installed)) }));
  const log = join(root, "native.log");
  await Deno.mkdir(root, { recursive: true });

  const isCached = !force && await isFile(compiled[0].cached); // older ones lack the switch
  if (!isCached) {
    await requireTools();
    await replaceWhole(cache, async (folder) => {
      onStep(`Downloading ${name} ${version}${cuda ? " and CUDA, 4 GB" : ", 270 MB"}`);
      await download(name, folder, { cuda, log });
      onStep("Compiling the binding");
      await compile(folder, cache, log);
    });
  }
  const kernels = await compileKernels({ folder: cache, log, onStep });
  onStep(isCached ? `Installing from ${cache}` : "Installing");
  await Deno.mkdir(dirname(nativeBinding()), { recursive: true });
  for (const { installed, cached } of compiled) {
    await replaceWhole(installed, (file) => Deno.copyFile(cached, file));
  }
  await installKernels(kernels, kernelLibrary());
  onStep("Trying a matrix product");
  return { ...await tryProduct(log), cache };
}

async function requireTools(): Promise<void> {
  const tools: [string, string[], string][] = [
    ["python3", ["--version"], "python3"],
    ["python3", ["-m", "pip", "--version"], "python3-pip"],
    ["g++", ["--version"], "g++"],
  ];
  const missing: string[] = [];
  for (const [command, args, debian] of tools) {
    const { success } = await run(command, args);
    if (!success) missing.push(debian);
  }
  if (missing.length > 0) {
    const names = missing.join(" ");
    throw new Deno.errors.NotFound(
      `Cannot build TensorFlow: ${names.replaceAll(" ", ", ")} not found, ` +
        `on Debian and Ubuntu run apt-get install ${names}`,
    );
  }
}

async function download(
  name: string,
  folder: string,
  { cuda, log }: { cuda: boolean; log: string },
): Promise<void> {
  const wheels = join(folder, "wheels");
  const pip = ["-m", "pip", "--disable-pip-version-check", "--retries", "2"];
  // any wheel will do, since Python's part of it is not used: so any python3 can fetch it
  const platform = `manylinux_2_27_${Deno.build.arch} --implementation cp --python-version 3.12`;
  await must(
    "python3",
    [...pip, "download", "--no-deps", "--only-binary=:all:", "--dest", wheels]
      .concat("--platform", platform.split(" "), "--abi", "cp312", `${name}==${version}`),
    log,
    (output) =>
      /connection|resolution|timed out|unreachable/i.test(output)
        ? `Cannot download ${name} ${version}: no network`
        : `Cannot download ${name} ${version}: pip found no wheel for this machine`,
  );
  const [wheel] = [...Deno.readDirSync(wheels)].map((entry) => join(wheels, entry.name));
  const failed = () => `Cannot unpack ${name} ${version}`;
  await must("python3", ["-c", extract, wheel, folder, ...wanted], log, failed);
  if (cuda) {
    const requirements = await must("python3", ["-c", cudaRequirements, wheel], log, failed);
    // beside tensorflow/ as in Python's site-packages, where TensorFlow looks for them
    await must(
      "python3",
      [...pip, "install", "--no-deps", "--target", folder].concat(requirements.trim().split("\n")),
      log,
      () => `Cannot download the CUDA libraries`,
    );
  }
  await Deno.remove(wheels, { recursive: true });
}

/** Compiles in `folder`, which stands at `home` in the end. */
async function compile(folder: string, home: string, log: string): Promise<void> {
  const tfjs = dirname(dirname(dirname(nativeBinding())));
  const napi = dirname(fileURLToPath(import.meta.resolve("node-api-headers")));
  const headers = [join(folder, "tensorflow/include"), join(napi, "include"), tfjs];
  const shared = ["-O2", "-shared", "-fPIC", "-std=c++17"];
  const failed = () => "Cannot compile the binding";
  const source = join(folder, "stderr_switch.cc");
  await Deno.writeTextFile(source, stderrSwitchSource);
  await must("g++", [...shared, source, "-o", join(folder, basename(stderrSwitch()))], log, failed);
  await must(
    "g++",
    [...shared, "-DNAPI_VERSION=8"].concat(
      headers.flatMap((path) => ["-isystem", path]),
      ["tfjs_backend.cc", "tfjs_binding.cc"].map((file) => join(tfjs, "binding", file)),
      ["-o", join(folder, "tfjs_binding.node"), "-L", join(folder, "tensorflow")],
      ["-l:libtensorflow_cc.so.2", "-l:libtensorflow_framework.so.2"],
      [`-Wl,-rpath,${join(home, "tensorflow")}`],
    ),
    log,
    failed,
  );
}

/** Takes the binding away again where it fails, lest every later `auto` stumble over it. */
async function tryProduct(log: string): Promise<Omit<NativeBuild, "cache">> {
  try {
    const output = await must(
      Deno.execPath(),
      ["eval", product],
      log,
      () => `Cannot use TensorFlow ${version}: a first product fails, run deno task native --force`,
    );
    return JSON.parse(output) as Omit<NativeBuild, "cache">;
  } catch (error) {
    await Deno.remove(nativeBinding());
    throw error;
  }
}
