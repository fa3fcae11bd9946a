// Sums of a table's rows, as bag() in lib/nn/multi_hot.ts has them.
#include <algorithm>
#include <cstring>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

PER_PROCESSOR void add(const float* from, float* to, int64_t count) {
#pragma omp simd
  for (int64_t i = 0; i < count; i++) to[i] += from[i];
}

struct Bag {
  explicit Bag(Attributes& given)
      : firstOutput(given.number("first_output")), isByTableRow(given.number("is_by_table_row")) {}
  /// Sums are only wanted from this on, plus the number of the table's row or else of the sum's.
  const int64_t firstOutput;
  const bool isByTableRow;

  void run(Call& call) {
    const int64_t width = call.size(0, 1), rows = call.size(1, 0) - 1;
    const float* table = call.input(0);
    const int32_t *ends = call.input<int32_t>(1), *columns = call.input<int32_t>(2);
    float* sums = call.output(0, {rows, width});
    if (sums == nullptr) return;
    // Rows of a table's gradient differ in length: small shards even that
    const int64_t shards = std::min<int64_t>(rows, 256);
    inShards(shards, [&](int64_t shard) {
      for (int64_t row = rows * shard / shards; row < rows * (shard + 1) / shards; row++) {
        float* sum = sums + row * width;
        std::memset(sum, 0, width * sizeof(float));
        for (int32_t i = ends[row]; i < ends[row + 1]; i++) {
          const int64_t number = isByTableRow ? columns[i] : row;
          const int64_t start = std::clamp<int64_t>(firstOutput + number, 0, width);
          add(table + columns[i] * width + start, sum + start, width - start);
        }
      }
    });
  }
};

}  // namespace

bool registerBag() {
  return registered<Bag>(
      "EhrloomBag", {"table: float", "offsets: int32", "columns: int32"}, {"sums: float"},
      {"first_output: float", "is_by_table_row: float"});
}
