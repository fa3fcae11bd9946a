import { reportJsonSchema } from "ehrloom";
import { fileURLToPath } from "node:url";
import { runCommand } from "./cli/command.ts";

await runCommand({
  name: "schema",
  summary: "Write docs/report.schema.json again, after a change of what report.json holds.",
  options: {},
  examples: ["deno task schema"],
}, async () => {
  const path = fileURLToPath(new URL("../docs/report.schema.json", import.meta.url));
  await Deno.writeTextFile(path, JSON.stringify(reportJsonSchema(), null, 2) + "\n");
  return { out: path };
});
