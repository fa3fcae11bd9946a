// Causal attention of one new row per record, whose key and value are added to those of earlier rows in
// place, as attendNext() in lib/nn/attention.ts has it.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// Asks for a row's numbers before they are needed. The processor predicts long runs of memory itself, but
/// those of a head are too short: with this, attention over 30 rows takes half the time.
INLINE void prefetch(const float* row, int64_t head) {
  for (int64_t k = 0; k < head; k += 16) __builtin_prefetch(row + k);
}

/// One head of one record: queries, keys and values of the new row are `width` apart, and the last of
/// `rows` in `keys` and `values` is the new row's. Those of the next head are `room` rows ahead.
PER_PROCESSOR void attend(
    const float* q, int64_t width, int64_t rows, int64_t room, int64_t head, float* keys,
    float* values, float* y, float* weights) {
  std::copy(q + width, q + width + head, keys + (rows - 1) * head);
  std::copy(q + 2 * width, q + 2 * width + head, values + (rows - 1) * head);
  const float scale = 1.f / std::sqrt(static_cast<float>(head));
  float top = -INFINITY;
  for (int64_t j = 0; j < rows; j++) {
    prefetch(keys + (room + j) * head, head);
    float dot = 0;
#pragma omp simd reduction(+ : dot)
    for (int64_t k = 0; k < head; k++) dot += q[k] * keys[j * head + k];
    weights[j] = dot * scale;
    top = std::max(top, weights[j]);
  }
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t j = 0; j < rows; j++) {
    weights[j] = exponential(weights[j] - top);
    sum += weights[j];
  }
  std::fill(y, y + head, 0.f);
  for (int64_t j = 0; j < rows; j++) {
    prefetch(values + (room + j) * head, head);
    const float share = weights[j] / sum;
#pragma omp simd
    for (int64_t k = 0; k < head; k++) y[k] += share * values[j * head + k];
  }
}

/// Keys and values [records, heads, room, head], of which `earlier` rows are in use.
struct AttendNext {
  explicit AttendNext(Attributes& given) : earlier(given.number("earlier")) {}
  const int64_t earlier;

  void run(Call& call) {
    const int64_t records = call.size(1, 0), heads = call.size(1, 1);
    const int64_t room = call.size(1, 2), head = call.size(1, 3), width = heads * head;
    const float* qkv = call.input(0);
    float* keys = const_cast<float*>(call.input(1));
    float* values = const_cast<float*>(call.input(2));
    float* y = call.output(0, {records, width});
    if (y == nullptr) return;
    overRows(records * heads, [=](int64_t from, int64_t to) {
      std::vector<float> weights(earlier + 1);
      for (int64_t at = from; at < to; at++) {
        const int64_t record = at / heads, column = at % heads * head;
        attend(
            qkv + record * 3 * width + column, width, earlier + 1, room, head, keys + at * room * head,
            values + at * room * head, y + record * width + column, weights.data());
      }
    });
  }
};

}  // namespace

bool registerAttendNext() {
  return registered<AttendNext>(
      "EhrloomAttendNext", {"qkv: float", "keys: float", "values: float"}, {"y: float"},
      {"earlier: float"});
}
