// Adds a row to each row of a matrix in place, and another matrix where there is one: a bias, and a block's
// input, as in a residual connection, to a product that nothing else has seen yet.
#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

PER_PROCESSOR void addRow(const float* row, float* y, int64_t rows, int64_t columns) {
  for (; rows > 0; rows--, y += columns) {
#pragma omp simd
    for (int64_t i = 0; i < columns; i++) y[i] += row[i];
  }
}

PER_PROCESSOR void addRowAnd(
    const float* row, const float* plus, float* y, int64_t rows, int64_t columns) {
  for (; rows > 0; rows--, y += columns, plus += columns) {
#pragma omp simd
    for (int64_t i = 0; i < columns; i++) y[i] += row[i] + plus[i];
  }
}

struct AddRow {
  explicit AddRow(Attributes&) {}
  void run(Call& call) {
    const int64_t rows = call.size(0, 0), columns = call.size(0, 1);
    float* y = const_cast<float*>(call.input(0));
    const float *row = call.input(1), *plus = call.inputs() > 2 ? call.input(2) : nullptr;
    overRows(rows, [=](int64_t from, int64_t to) {
      const int64_t at = from * columns;
      if (plus == nullptr) addRow(row, y + at, to - from, columns);
      else addRowAnd(row, plus + at, y + at, to - from, columns);
    });
  }
};

}  // namespace

bool registerAddRow() {
  return registered<AddRow>(
      "EhrloomAddRow", {"y: float", "row: float", "plus: count * float"}, {}, {"count: int >= 0"});
}
