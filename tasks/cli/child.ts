/** What ends a program with this task, if the task ends first. */
function endsWithTask(child: Deno.ChildProcess): Disposable {
  const end = () => child.kill("SIGTERM");
  addEventListener("unload", end); // Deno.exit() says so, and a signal's handler calls that
  return { [Symbol.dispose]: () => removeEventListener("unload", end) };
}

/**
 * Runs another program to its end; it ends with this task, if that ends first.
 *
 * @param command its name or path
 * @param options as of `Deno.Command`
 * @throws {Deno.errors.NotFound} If there is no such program
 */
export async function childOutput(
  command: string,
  options: Pick<Deno.CommandOptions, "args" | "cwd" | "env">,
): Promise<Deno.CommandOutput> {
  const how = { ...options, stdin: "null", stdout: "piped", stderr: "piped" } as const;
  const child = new Deno.Command(command, how).spawn();
  using _ = endsWithTask(child);
  return await child.output();
}

/**
 * The same for a program that runs long: what it says on stderr is added to a file as it comes.
 *
 * @param options.log path of the file
 */
export async function childLogged(
  command: string,
  { log, ...options }: Pick<Deno.CommandOptions, "args" | "cwd" | "env"> & { readonly log: string },
): Promise<Deno.CommandStatus> {
  const how = { ...options, stdin: "null", stdout: "null", stderr: "piped" } as const;
  const file = await Deno.open(log, { append: true, create: true });
  const child = new Deno.Command(command, how).spawn();
  using _ = endsWithTask(child);
  await child.stderr.pipeTo(file.writable);
  return await child.status;
}
