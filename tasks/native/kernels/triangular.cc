// Parts and transposes of triangular weights, as lib/nn/triangular.ts has them.
#include <algorithm>

#include "kernels.h"
#include "op.h"
#include "shards.h"

namespace {

/// Copies what lies on or below the diagonal that starts at [0, diagonal], zeros above it.
struct LowerPart {
  explicit LowerPart(Attributes& given) : diagonal(given.number("diagonal")) {}
  const int64_t diagonal;

  void run(Call& call) {
    const int64_t rows = call.size(0, 0), columns = call.size(0, 1);
    const float* x = call.input(0);
    float* y = call.output(0, {rows, columns});
    if (y == nullptr) return;
    overRows(rows, [=](int64_t from, int64_t to) {
      for (int64_t row = from; row < to; row++) {
        const int64_t kept = std::clamp<int64_t>(row + diagonal + 1, 0, columns);
        std::copy(x + row * columns, x + row * columns + kept, y + row * columns);
        std::fill(y + row * columns + kept, y + (row + 1) * columns, 0.f);
      }
    });
  }
};

/// Tiles of both matrices stay in the processor's nearest memory.
constexpr int64_t kTile = 16;

/// Columns of x [rows, width] from `from` to `to` - 1 → rows of y, `stride` apart. Where `isLower`,
/// without what lies above the diagonal of y, in which x begins at column `offset`.
void transpose(
    const float* x, int64_t rows, int64_t width, int64_t from, int64_t to, float* y, int64_t stride,
    bool isLower, int64_t offset) {
  for (int64_t first = 0; first < rows; first += kTile) {
    const int64_t end = std::min(rows, first + kTile);
    for (int64_t c = from; c < to; c++) {
      float* row = y + c * stride + offset;
      const int64_t kept = isLower ? std::clamp<int64_t>(c - offset + 1, first, end) : end;
      for (int64_t r = first; r < kept; r++) row[r] = x[r * width + c];
      for (int64_t r = kept; r < end; r++) row[r] = 0;
    }
  }
}

/// The transpose of two matrices, one above the other; the lower may have no rows.
struct Transpose {
  explicit Transpose(Attributes& given) : isLower(given.number("is_lower")) {}
  const bool isLower;

  void run(Call& call) {
    const int64_t upperRows = call.size(0, 0), lowerRows = call.size(1, 0), width = call.size(0, 1);
    const int64_t stride = upperRows + lowerRows;
    const float *upper = call.input(0), *lower = call.input(1);
    float* y = call.output(0, {width, stride});
    if (y == nullptr) return;
    inShards((width + kTile - 1) / kTile, [=](int64_t shard) {
      const int64_t from = shard * kTile, to = std::min(width, from + kTile);
      transpose(upper, upperRows, width, from, to, y, stride, isLower, 0);
      transpose(lower, lowerRows, width, from, to, y, stride, isLower, upperRows);
    });
  }
};

}  // namespace

bool registerTriangular() {
  return registered<LowerPart>("EhrloomLowerPart", {"x: float"}, {"y: float"}, {"diagonal: float"}) &&
      registered<Transpose>(
             "EhrloomTranspose", {"upper: float", "lower: float"}, {"y: float"}, {"is_lower: float"});
}
