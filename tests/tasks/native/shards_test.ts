// How the threads of tasks/native/kernels share work, in a program of their own.
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { inFolder } from "../../folder.ts";
import { cppCompiler, testWith } from "../../wants.ts";

const kernels = fileURLToPath(new URL("../../../tasks/native/kernels/", import.meta.url));

/**
 * Keeps to the given number of its processors, or fewer. Prints how many those are, how many threads it has in
 * the end, and of 200 pieces of work in 32 shards, how many did all shards and threw what 4 of them throw.
 */
const program = `
#include <sched.h>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <new>
#include "shards.h"

int main(int, char** arguments) {
  cpu_set_t all, kept;
  sched_getaffinity(0, sizeof all, &all);
  CPU_ZERO(&kept);
  for (int i = 0; i < CPU_SETSIZE && CPU_COUNT(&kept) < std::atoi(arguments[1]); i++) {
    if (CPU_ISSET(i, &all)) CPU_SET(i, &kept);
  }
  sched_setaffinity(0, sizeof kept, &kept);
  int whole = 0;
  for (int round = 0; round < 200; round++) {
    std::atomic<int> done{0};
    try {
      inShards(32, [&](int64_t shard) {
        done++;
        if (shard % 8 == 3) throw std::bad_alloc();
      });
    } catch (const std::bad_alloc&) {
      whole += done == 32;
    }
  }
  std::filesystem::directory_iterator threads("/proc/self/task");
  std::cout << CPU_COUNT(&kept) << " " << std::distance(begin(threads), end(threads)) << " " << whole;
}
`;

testWith(
  await cppCompiler(),
  "threads of own operations are no more than allowed, and finish work of which a shard fails",
  () =>
    inFolder(async (folder) => {
      const [source, compiled] = [join(folder, "program.cc"), join(folder, "program")];
      await Deno.writeTextFile(source, program);
      const { success, stderr } = await new Deno.Command("g++", {
        args: ["-std=c++17", "-pthread", "-I", kernels, source, join(kernels, "shards.cc")]
          .concat("-o", compiled),
      }).output();
      assert(success, new TextDecoder().decode(stderr));
      for (const processors of [1, 2, 1000]) {
        for (const variable of [undefined, "", "0", "1", "2", "1000"]) {
          const { stdout } = await new Deno.Command(compiled, {
            args: [`${processors}`],
            clearEnv: true,
            env: variable === undefined ? {} : { TF_NUM_INTRAOP_THREADS: variable },
          }).output();
          const [kept, threads, whole] = new TextDecoder().decode(stdout).split(" ").map(Number);
          const allowed = Math.min(kept, Number(variable ?? 0) || 16, 16);
          assertEquals([threads, whole], [allowed, 200], `${kept} processors, ${variable}`);
        }
      }
    }),
);
