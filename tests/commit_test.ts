import { assertEquals, assertMatch } from "@std/assert";
import { join } from "node:path";
import { commitOf, ownCommit } from "ehrloom/commit.ts";
import { inFolder } from "./folder.ts";

const [first, second] = ["0123456789".repeat(4), "fedcba9876".repeat(4)];

/** A checkout with these files. */
const checkout = (files: Record<string, string>, check: (folder: string) => void) =>
  inFolder(async (folder) => {
    for (const [path, text] of Object.entries(files)) {
      await Deno.mkdir(join(folder, path, ".."), { recursive: true });
      await Deno.writeTextFile(join(folder, path), text);
    }
    check(folder);
  });

Deno.test("commitOf() follows HEAD to its branch", () =>
  checkout({
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/refs/heads/main": `${first}\n`,
    ".git/packed-refs": `${second} refs/heads/main\n`, // older than the file of its own
  }, (folder) => assertEquals(commitOf(folder), first)));

Deno.test("commitOf() finds a packed branch, not one whose name ends alike", () =>
  checkout({
    ".git/HEAD": "ref: refs/heads/main\n",
    ".git/packed-refs": `# pack-refs with: peeled\n${first} refs/remotes/x/refs/heads/main\n` +
      `${second} refs/heads/main\n`,
  }, (folder) => assertEquals(commitOf(folder), second)));

Deno.test("commitOf() gives a detached HEAD", () =>
  checkout({ ".git/HEAD": `${first}\n` }, (folder) => assertEquals(commitOf(folder), first)));

Deno.test("commitOf() finds a worktree's branch in the main checkout", () =>
  checkout({
    "main/.git/refs/heads/side": `${second}\n`,
    "main/.git/worktrees/side/HEAD": "ref: refs/heads/side\n",
    "main/.git/worktrees/side/commondir": "../..\n",
    "side/.git": "gitdir: ../main/.git/worktrees/side\n",
  }, (folder) => assertEquals(commitOf(join(folder, "side")), second)));

Deno.test("commitOf() is undefined where there is no checkout, or no commit yet", async () => {
  await checkout({}, (folder) => assertEquals(commitOf(folder), undefined));
  await checkout(
    { ".git/HEAD": "ref: refs/heads/main\n" },
    (folder) => assertEquals(commitOf(folder), undefined),
  );
  await checkout(
    { ".git/HEAD": "nonsense" },
    (folder) => assertEquals(commitOf(folder), undefined),
  );
});

Deno.test("ownCommit() is that of the checkout which runs, as a field", () => {
  assertMatch(ownCommit().commit ?? first, /^[0-9a-f]{40,64}$/);
});
