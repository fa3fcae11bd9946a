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
  const end = () => child.kill("SIGTERM");
  addEventListener("unload", end); // Deno.exit() says so, and a signal's handler calls that
  try {
    return await child.output();
  } finally {
    removeEventListener("unload", end);
  }
}
