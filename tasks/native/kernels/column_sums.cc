// Sums over rows, as columnSums() in lib/nn/linear.ts has them.
#include <algorithm>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

PER_PROCESSOR void addRows(
    const float* x, int64_t rows, int64_t stride, int64_t columns, float* sums) {
  for (int64_t row = 0; row < rows; row++, x += stride) {
#pragma omp simd
    for (int64_t i = 0; i < columns; i++) sums[i] += x[i];
  }
}

struct ColumnSums {
  explicit ColumnSums(Attributes&) {}
  void run(Call& call) {
    const int64_t rows = call.size(0, 0), columns = call.size(0, 1);
    const float* x = call.input(0);
    float* sums = call.output(0, {columns});
    if (sums == nullptr) return;
    const int64_t tall = std::clamp<int64_t>(rows / 64, 1, 16), wide = (columns + 1023) / 1024;
    std::vector<float> parts(tall * columns);
    inShards(tall * wide, [&](int64_t shard) {
      const int64_t part = shard / wide, from = shard % wide * 1024;
      const int64_t row = rows * part / tall, end = rows * (part + 1) / tall;
      addRows(
          x + row * columns + from, end - row, columns, std::min<int64_t>(1024, columns - from),
          &parts[part * columns + from]);
    });
    std::copy(parts.begin(), parts.begin() + columns, sums);
    if (tall > 1) addRows(&parts[columns], tall - 1, columns, columns, sums);
  }
};

}  // namespace

bool registerColumnSums() {
  return registered<ColumnSums>("EhrloomColumnSums", {"x: float"}, {"sums: float"});
}
