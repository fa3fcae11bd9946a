// The steps of long short-term memory, and their way back, as lib/nn/lstm.ts has them: what does not wait for
// the step before has been multiplied already.
//
// Records do not wait for each other, so a thread takes some of them through all steps.
#include <algorithm>
#include <functional>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "product.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// Records that a thread takes through all steps together: weights that are in its nearest memory then
/// serve as many.
constexpr int64_t kRecords = 12;

/// Columns of weights that lie together, and that a product has in its registers.
constexpr int64_t kStrip = 2 * kMostLanes;

/// A matrix [rows, columns] in strips of columns, each [rows, kStrip], the last one filled up with zeros.
class Strips {
 public:
  /// @param isTurned whether `from` is [columns, rows]
  Strips(const float* from, int64_t rows, int64_t columns, bool isTurned)
      : rows_(rows), count_((columns + kStrip - 1) / kStrip), numbers_(count_ * rows * kStrip) {
    const int64_t byRow = isTurned ? 1 : columns, byColumn = isTurned ? rows : 1;
    inShards(count_, [&](int64_t strip) {
      const int64_t first = strip * kStrip, wide = std::min(kStrip, columns - first);
      float* to = &numbers_[strip * rows * kStrip];
      for (int64_t row = 0; row < rows; row++, to += kStrip) {
        for (int64_t i = 0; i < wide; i++) to[i] = from[row * byRow + (first + i) * byColumn];
      }
    });
  }

  /// C [count, stride()] = A [count, rows] times the matrix; both have room for kRecords rows.
  template <int64_t lanes>
  INLINE void times(const float* a, float* c, int64_t count) const {
    for (int64_t strip = 0; strip < count_; strip++) {
      for (int64_t row = 0; row < count; row += kTall) {
        product<lanes>(
            a + row * rows_, rows_, &numbers_[strip * rows_ * kStrip], kStrip,
            c + row * stride() + strip * kStrip, stride(), rows_, kStrip);
      }
    }
  }
  int64_t stride() const { return count_ * kStrip; }

 private:
  const int64_t rows_, count_;
  std::vector<float> numbers_;
};

FOR_LONG_REGISTERS void timesByLongRegisters(
    const Strips& weights, const float* a, float* c, int64_t count) {
  weights.times<kMostLanes>(a, c, count);
}

FOR_SHORT_REGISTERS void timesByShortRegisters(
    const Strips& weights, const float* a, float* c, int64_t count) {
  weights.times<kShortLanes>(a, c, count);
}

void times(const Strips& weights, const float* a, float* c, int64_t count) {
  (hasLongRegisters ? timesByLongRegisters : timesByShortRegisters)(weights, a, c, count);
}

/// To 2 units in the last place, also near 0, where 2 σ(2x) - 1 would lose them.
INLINE float hyperbolicTangent(float x) {
  const float z = x * x;
  float p = -5.70498872745e-3f; // Cephes tanhf
  p = p * z + 2.06390887954e-2f;
  p = p * z - 5.37397155531e-2f;
  p = p * z + 1.33314422036e-1f;
  p = p * z - 3.33332819422e-1f;
  const float near = p * z * x + x, far = 2.f * sigmoid(2.f * x) - 1.f;
  return z < 0.390625f ? near : far;
}

/// One record's gates [4, width] from their sums, its cell from the last one, and its output.
PER_PROCESSOR void openGates(
    const float* given, const float* recurrent, const float* before, int64_t width, float* gates,
    float* cell, float* output) {
#pragma omp simd
  for (int64_t j = 0; j < width; j++) {
    const float i = sigmoid(given[j] + recurrent[j]);
    const float f = sigmoid(given[j + width] + recurrent[j + width]);
    const float g = hyperbolicTangent(given[j + 2 * width] + recurrent[j + 2 * width]);
    const float o = sigmoid(given[j + 3 * width] + recurrent[j + 3 * width]);
    gates[j] = i;
    gates[j + width] = f;
    gates[j + 2 * width] = g;
    gates[j + 3 * width] = o;
    cell[j] = f * before[j] + i * g;
    output[j] = o * hyperbolicTangent(cell[j]);
  }
}

/// The way back: gradients at the gates' sums, and at the last cell in place of that at this one.
PER_PROCESSOR void gatesBack(
    const float* dy, const float* later, const float* gates, const float* before, const float* cell,
    int64_t width, float* dGates, float* dCell) {
#pragma omp simd
  for (int64_t j = 0; j < width; j++) {
    const float i = gates[j], f = gates[j + width], g = gates[j + 2 * width], o = gates[j + 3 * width];
    const float s = hyperbolicTangent(cell[j]);
    const float dOutput = dy[j] + later[j];
    const float d = dCell[j] + dOutput * o * (1.f - s * s);
    dGates[j] = d * g * i * (1.f - i);
    dGates[j + width] = d * before[j] * f * (1.f - f);
    dGates[j + 2 * width] = d * i * (1.f - g * g);
    dGates[j + 3 * width] = dOutput * s * o * (1.f - o);
    dCell[j] = d * f;
  }
}

/// Runs of kRecords records, or fewer at the end, in several threads.
void overRecords(int64_t records, const std::function<void(int64_t from, int64_t count)>& work) {
  inShards((records + kRecords - 1) / kRecords, [&](int64_t shard) {
    const int64_t from = shard * kRecords;
    work(from, std::min(kRecords, records - from));
  });
}

struct Lstm {
  explicit Lstm(Attributes& attributes) : records(attributes.number("records")) {}
  const int64_t records;

  void run(Call& call) {
    const int64_t rows = call.size(0, 0), width = call.size(1, 1);
    const int64_t steps = records == 0 ? 0 : rows / records; // rows lie step by step
    const float *given = call.input(0), *hidden = call.input(1);
    float* y = call.output(0, {rows, width});
    float* cells = call.output(1, {rows, width});
    float* gates = call.output(2, {rows, 4 * width});
    if (y == nullptr || cells == nullptr || gates == nullptr) return;
    const Strips weights(hidden, width, 4 * width, true);
    const std::vector<float> zeros(width);
    overRecords(records, [&](int64_t from, int64_t count) {
      std::vector<float> outputs(kRecords * width), recurrent(kRecords * weights.stride());
      for (int64_t step = 0; step < steps; step++) {
        if (step > 0) times(weights, outputs.data(), recurrent.data(), count);
        for (int64_t r = 0; r < count; r++) {
          const int64_t at = step * records + from + r;
          const float* before = step == 0 ? zeros.data() : cells + (at - records) * width;
          openGates(
              given + at * 4 * width, &recurrent[r * weights.stride()], before, width,
              gates + at * 4 * width, cells + at * width, &outputs[r * width]);
          std::copy(&outputs[r * width], &outputs[r * width] + width, y + at * width);
        }
      }
    });
  }
};

struct LstmGradient {
  explicit LstmGradient(Attributes& attributes) : records(attributes.number("records")) {}
  const int64_t records;

  void run(Call& call) {
    const int64_t rows = call.size(0, 0), width = call.size(0, 1);
    const int64_t steps = records == 0 ? 0 : rows / records; // rows lie step by step
    const float *dy = call.input(0), *hidden = call.input(1);
    const float *cells = call.input(2), *gates = call.input(3);
    float* dGates = call.output(0, {rows, 4 * width});
    if (dGates == nullptr) return;
    const Strips weights(hidden, 4 * width, width, false);
    const std::vector<float> zeros(width);
    overRecords(records, [&](int64_t from, int64_t count) {
      std::vector<float> later(kRecords * weights.stride()), dCells(kRecords * width);
      std::vector<float> slopes(kRecords * 4 * width);
      for (int64_t step = steps - 1; step >= 0; step--) {
        for (int64_t r = 0; r < count; r++) {
          const int64_t at = step * records + from + r;
          const float* before = step == 0 ? zeros.data() : cells + (at - records) * width;
          float* slope = &slopes[r * 4 * width];
          gatesBack(
              dy + at * width, &later[r * weights.stride()], gates + at * 4 * width, before,
              cells + at * width, width, slope, &dCells[r * width]);
          std::copy(slope, slope + 4 * width, dGates + at * 4 * width);
        }
        if (step > 0) times(weights, slopes.data(), later.data(), count);
      }
    });
  }
};

}  // namespace

bool registerLstm() {
  return registered<Lstm>(
             "EhrloomLstm", {"given: float", "hidden: float"},
             {"y: float", "cells: float", "gates: float"}, {"records: float"}) &&
      registered<LstmGradient>(
             "EhrloomLstmGradient", {"dy: float", "hidden: float", "cells: float", "gates: float"},
             {"d_gates: float"}, {"records: float"});
}
