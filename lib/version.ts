import workspace from "../deno.json" with { type: "json" };

/** Ehrloom's own version. */
export const version: string = workspace.version;
