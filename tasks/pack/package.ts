/**
 * Ehrloom as an npm package. Deno runs no TypeScript within `node_modules`, so each file becomes
 * JavaScript with its declarations beside it, in the same folders.
 *
 * @module
 */
import { cp } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import workspace from "../../deno.json" with { type: "json" };

const project = fileURLToPath(new URL("../..", import.meta.url));

/** The package's file, as `npm pack` would name it. */
export const packageFile = `ehrloom-${workspace.version}.tgz`;

/** An installation would build TensorFlow of 2021 with it; where it is, it is used. */
const optional = "@tensorflow/tfjs-node-gpu";

/** An entry of the import map. */
interface NpmImport {
  /** As the source says: "@std/text". */
  readonly name: string;
  /** What that is on npm: "deno-std/text/mod.js". */
  readonly target: string;
  /** "deno-std". */
  readonly dependency: string;
  readonly version: string;
}

const npmImports = Object.entries(workspace.imports).flatMap(([name, specifier]): NpmImport[] => {
  const [, dependency, version, path] = specifier.match(/^npm:(@?[^@]+)@([^/]+)(.*)$/) ?? [];
  return dependency === undefined ? [] : [{ name, target: dependency + path, dependency, version }];
});

/** What a program of this machine writes to stdout; throws with what it complained of. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder();
  if (success) return text.decode(stdout);
  throw new Error(`Cannot pack: ${command} ${args[0]}: ${text.decode(stderr).trim()}`);
}

/** Paths of all files in a folder and below, whose names end in one of some types. */
function filesIn(folder: string, types: readonly string[]): string[] {
  return Deno.readDirSync(folder).toArray().flatMap(({ name, isDirectory }) => {
    const path = join(folder, name);
    if (isDirectory) return filesIn(path, types);
    return types.some((type) => name.endsWith(type)) ? [path] : [];
  });
}

/** Writes JavaScript and declarations of the library; `deno check` has checked its types. */
function transpile(folder: string, denoTypes: string): void {
  const program = ts.createProgram([
    join(project, "mod.ts"),
    ...filesIn(join(project, "lib"), [".ts", ".tsx"]),
    ...filesIn(join(project, "types"), [".ts"]),
    denoTypes,
  ], {
    ...{ rootDir: project, outDir: folder, declaration: true, noCheck: true },
    ...{ strict: true, exactOptionalPropertyTypes: true, types: [] },
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    resolveJsonModule: true,
    jsx: ts.JsxEmit.ReactJSX,
    jsxImportSource: "preact",
  });
  const [problem] = program.emit().diagnostics;
  if (problem === undefined) return;
  throw new Error(`Cannot pack: ${ts.flattenDiagnosticMessageText(problem.messageText, " ")}`);
}

/**
 * A file with the names of the package: other files, Workers too, are `.js`, aliases are gone, and the
 * version is in package.json: Deno would take a folder with deno.json for a package of JSR.
 */
function renamed(text: string): string {
  return text
    .replaceAll(/"(\.\.?\/[^"\n]+)\.tsx?"/g, '"$1.js"')
    .replaceAll('"../deno.json"', '"../package.json"')
    .replaceAll(/from "([^".][^"\n]*)"/g, (whole, name) => {
      const found = npmImports.find((npm) => npm.name === name);
      return found === undefined ? whole : `from "${found.target}"`;
    });
}

/** The packages that code names, with the versions of the import map. */
function dependenciesOf(code: string): Record<string, string> {
  const named = npmImports.filter(({ dependency }) =>
    new RegExp(`["\`]${dependency}["\`/]`).test(code)
  );
  return Object.fromEntries(named.map(({ dependency, version }) => [dependency, version]));
}

function packageJson(code: string): Record<string, unknown> {
  const { [optional]: peer, ...dependencies } = dependenciesOf(code);
  return {
    name: "ehrloom",
    version: workspace.version,
    description: "Learn from longitudinal health records, generate synthetic ones, evaluate them",
    license: workspace.license,
    type: "module",
    exports: { ".": { types: "./mod.d.ts", default: "./mod.js" } },
    engines: { deno: ">=2.9.6" },
    dependencies,
    peerDependencies: { [optional]: peer },
    peerDependenciesMeta: { [optional]: { optional: true } },
  };
}

/**
 * Writes the package, a compressed archive as `npm pack` makes one.
 *
 * @param path of the package
 */
export async function writePackage(path: string): Promise<void> {
  const room = await Deno.makeTempDir({ prefix: "ehrloom-pack-" });
  const folder = join(room, "package");
  try {
    for (const shipped of workspace.publish.include) {
      await cp(join(project, shipped), join(folder, shipped), {
        recursive: true,
        filter: (from) => !/\.tsx?$/.test(from),
      });
    }
    const denoTypes = join(room, "deno.d.ts");
    await Deno.writeTextFile(denoTypes, await output(Deno.execPath(), ["types"]));
    transpile(folder, denoTypes);
    await Deno.remove(join(folder, "deno.json"));
    const code: string[] = [];
    for (const file of filesIn(folder, [".js", ".d.ts"])) {
      const text = renamed(await Deno.readTextFile(file));
      await Deno.writeTextFile(file, text);
      code.push(text.replaceAll(/^ *\*.*$/gm, ""));
    }
    const described = JSON.stringify(packageJson(code.join("\n")), null, 2);
    await Deno.writeTextFile(join(folder, "package.json"), described + "\n");
    await output("tar", ["-czf", path, "-C", room, "package"]);
  } finally {
    await Deno.remove(room, { recursive: true });
  }
}
