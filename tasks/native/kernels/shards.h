// Work in shards over all processors. Shards do not depend on how many there are, so sums do not either.
#pragma once
#include <cstdint>
#include <functional>

/// Calls `work` once for each of `count` shards, from several threads, and waits for all. If some throw,
/// throws what the first of them did.
void inShards(int64_t count, const std::function<void(int64_t shard)>& work);

/// How many shards work over rows is cut into.
inline int64_t shardsOf(int64_t rows) { return rows < 32 ? rows : 32; }

/// Calls `work` with runs of rows that together are all rows.
inline void overRows(int64_t rows, const std::function<void(int64_t from, int64_t to)>& work) {
  const int64_t count = shardsOf(rows);
  inShards(count, [&](int64_t shard) { work(rows * shard / count, rows * (shard + 1) / count); });
}
