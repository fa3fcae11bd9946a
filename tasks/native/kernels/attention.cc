// Self-attention within records, and its way back, as lib/nn/attention.ts has them. No weights are
// kept: the way back makes them again from each row's log of its sum of exponentials. That is kept in two
// parts, as a float has no room for both where all keys are padding: -1e10 + log 3 is -1e10.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "product.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// To whole registers, whatever processor it is.
constexpr int64_t padded(int64_t count) { return (count + kMostLanes - 1) / kMostLanes * kMostLanes; }

/// C [inner, columns] += Aᵀ B of A [kTall, inner] and B [kTall, columns].
template <int64_t lanes>
INLINE void addTransposedProduct(
    const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride,
    int64_t inner, int64_t columns) {
  typedef typename Lanes<lanes>::Type Vector;
  for (int64_t j = 0; j < columns; j += lanes) {
    Vector rows[kTall];
    for (int r = 0; r < kTall; r++) rows[r] = *reinterpret_cast<const Vector*>(b + r * bStride + j);
    for (int64_t k = 0; k < inner; k++) {
      Vector* sum = reinterpret_cast<Vector*>(c + k * cStride + j);
      Vector total = *sum;
      for (int r = 0; r < kTall; r++) total += a[r * aStride + k] * rows[r];
      *sum = total;
    }
  }
}

/// Sizes of a record.
struct Sizes {
  int64_t rows, heads, head;
  bool isCausal;
  int64_t width() const { return heads * head; }
  int64_t tallRows() const { return padded(rows); }
  int64_t wideHead() const { return padded(head); }
  float scale() const { return 1.f / std::sqrt(static_cast<float>(head)); }
  /// Keys that a run of query rows which begins at `row` may see, padded ones among them.
  int64_t seen(int64_t row) const {
    return isCausal ? padded(std::min(row + kTall, rows)) : tallRows();
  }
};

/// [rows, head] of a wider matrix → [tall, wide], zeros around.
INLINE void gather(const float* from, int64_t stride, int64_t rows, int64_t head, float* to,
                   int64_t tall, int64_t wide) {
  std::fill(to, to + tall * wide, 0.f);
  for (int64_t r = 0; r < rows; r++) std::copy(from + r * stride, from + r * stride + head, to + r * wide);
}

/// The same, turned: [wide, tall].
INLINE void gatherTurned(const float* from, int64_t stride, int64_t rows, int64_t head, float* to,
                         int64_t tall, int64_t wide) {
  std::fill(to, to + tall * wide, 0.f);
  for (int64_t r = 0; r < rows; r++) {
    for (int64_t k = 0; k < head; k++) to[k * tall + r] = from[r * stride + k];
  }
}

/// The bias of padded keys too, which nothing sees: minus infinity. Without one, zeros.
INLINE void padBias(const float* bias, int64_t rows, float* to, int64_t tall) {
  for (int64_t j = 0; j < tall; j++) to[j] = j >= rows ? -INFINITY : bias == nullptr ? 0 : bias[j];
}

/// The log of a row's sum of exponentials: its largest score, and the log of the sum of those below it.
struct LogSum {
  float top, rest;
};

/// Scores → weights of one query row, zeros where it sees nothing; the log of their sum of exponentials.
/// In whole lanes: the rest of a row in single numbers would take longer than the lanes before it.
INLINE LogSum softmax(float* scores, const float* bias, float scale, int seen, int computed) {
  float tops[kMostLanes], sums[kMostLanes] = {};
  for (int l = 0; l < kMostLanes; l++) tops[l] = -INFINITY;
  for (int j = 0; j < computed; j += kMostLanes) {
#pragma omp simd
    for (int l = 0; l < kMostLanes; l++) {
      const float s = scores[j + l] * scale + bias[j + l];
      scores[j + l] = s;
      tops[l] = j + l < seen && s > tops[l] ? s : tops[l];
    }
  }
  float top = tops[0], sum = 0;
  for (int l = 1; l < kMostLanes; l++) top = tops[l] > top ? tops[l] : top;
  for (int j = 0; j < computed; j += kMostLanes) {
#pragma omp simd
    for (int l = 0; l < kMostLanes; l++) {
      const float e = exponential(scores[j + l] - top);
      scores[j + l] = j + l < seen ? e : 0.f;
      sums[l] += scores[j + l];
    }
  }
  for (int l = 0; l < kMostLanes; l++) sum += sums[l];
  const float share = 1.f / sum;
#pragma omp simd
  for (int j = 0; j < computed; j++) scores[j] *= share;
  return {top, std::log(sum)};
}

/// One head of one record.
template <int64_t lanes>
INLINE void forward(
    const Sizes& sizes, const float* q, const float* bias, float* y, LogSum* logSums, float* scratch) {
  const int64_t rows = sizes.rows, head = sizes.head, width = sizes.width(), stride = 3 * width;
  const int64_t tall = sizes.tallRows(), wide = sizes.wideHead();
  float *queries = scratch, *keys = queries + tall * wide, *values = keys + tall * wide;
  float *scores = values + tall * wide, *out = scores + kTall * tall;
  float* allBias = out + kTall * wide;
  padBias(bias, rows, allBias, tall);
  gather(q, stride, rows, head, queries, tall, wide);
  gatherTurned(q + width, stride, rows, head, keys, tall, wide);
  gather(q + 2 * width, stride, rows, head, values, tall, wide);
  for (int64_t row = 0; row < rows; row += kTall) {
    const int64_t computed = sizes.seen(row);
    product<lanes>(queries + row * wide, wide, keys, tall, scores, tall, head, computed);
    for (int r = 0; r < kTall; r++) {
      const int64_t seen = sizes.isCausal ? std::min(row + r + 1, rows) : rows;
      const LogSum logSum = softmax(scores + r * tall, allBias, sizes.scale(), seen, computed);
      if (row + r < rows) logSums[row + r] = logSum;
    }
    product<lanes>(scores, tall, values, wide, out, wide, computed, wide);
    for (int r = 0; r < kTall && row + r < rows; r++) {
      std::copy(out + r * wide, out + r * wide + head, y + (row + r) * width);
    }
  }
}

FOR_LONG_REGISTERS void forwardByLongRegisters(
    const Sizes& sizes, const float* q, const float* bias, float* y, LogSum* logSums, float* scratch) {
  forward<kMostLanes>(sizes, q, bias, y, logSums, scratch);
}

FOR_SHORT_REGISTERS void forwardByShortRegisters(
    const Sizes& sizes, const float* q, const float* bias, float* y, LogSum* logSums, float* scratch) {
  forward<kShortLanes>(sizes, q, bias, y, logSums, scratch);
}

/// One query row's scores → its weights, and the gradient at its weights → that at its scores.
INLINE void softmaxBack(
    float* weights, float* slopes, const float* bias, float scale, LogSum logSum, int seen,
    int computed) {
  float sums[kMostLanes] = {};
  for (int j = 0; j < computed; j += kMostLanes) {
#pragma omp simd
    for (int l = 0; l < kMostLanes; l++) {
      const float e = exponential(weights[j + l] * scale + bias[j + l] - logSum.top - logSum.rest);
      weights[j + l] = j + l < seen ? e : 0.f;
      sums[l] += weights[j + l] * slopes[j + l];
    }
  }
  float expected = 0;
  for (int l = 0; l < kMostLanes; l++) expected += sums[l];
#pragma omp simd
  for (int j = 0; j < computed; j++) slopes[j] = weights[j] * (slopes[j] - expected) * scale;
}

/// One head of one record, on the way back.
template <int64_t lanes>
INLINE void backward(
    const Sizes& sizes, const float* dy, const float* q, const float* bias, const LogSum* logSums,
    float* dq, float* scratch) {
  const int64_t rows = sizes.rows, head = sizes.head, width = sizes.width(), stride = 3 * width;
  const int64_t tall = sizes.tallRows(), wide = sizes.wideHead(), size = tall * wide;
  float *queries = scratch, *keys = queries + size, *turnedKeys = keys + size;
  float *turnedValues = turnedKeys + size, *slopes = turnedValues + size;
  float *dKeys = slopes + size, *dValues = dKeys + size;
  float *weights = dValues + size, *dScores = weights + kTall * tall, *out = dScores + kTall * tall;
  float* allBias = out + kTall * wide;
  padBias(bias, rows, allBias, tall);
  gather(q, stride, rows, head, queries, tall, wide);
  gather(q + width, stride, rows, head, keys, tall, wide);
  gatherTurned(q + width, stride, rows, head, turnedKeys, tall, wide);
  gatherTurned(q + 2 * width, stride, rows, head, turnedValues, tall, wide);
  gather(dy, width, rows, head, slopes, tall, wide);
  std::fill(dKeys, dKeys + 2 * size, 0.f);
  for (int64_t row = 0; row < rows; row += kTall) {
    const int64_t computed = sizes.seen(row);
    product<lanes>(queries + row * wide, wide, turnedKeys, tall, weights, tall, head, computed);
    product<lanes>(slopes + row * wide, wide, turnedValues, tall, dScores, tall, head, computed);
    for (int r = 0; r < kTall; r++) {
      const bool isRow = row + r < rows;
      const int64_t seen = !isRow ? 0 : sizes.isCausal ? row + r + 1 : rows;
      softmaxBack(
          weights + r * tall, dScores + r * tall, allBias, sizes.scale(),
          isRow ? logSums[row + r] : LogSum{0, 0}, seen, computed);
    }
    addTransposedProduct<lanes>(weights, tall, slopes + row * wide, wide, dValues, wide, computed, wide);
    addTransposedProduct<lanes>(dScores, tall, queries + row * wide, wide, dKeys, wide, computed, wide);
    product<lanes>(dScores, tall, keys, wide, out, wide, computed, wide);
    for (int r = 0; r < kTall && row + r < rows; r++) {
      std::copy(out + r * wide, out + r * wide + head, dq + (row + r) * stride);
    }
  }
  for (int64_t row = 0; row < rows; row++) {
    const float *dKey = dKeys + row * wide, *dValue = dValues + row * wide;
    std::copy(dKey, dKey + head, dq + row * stride + width);
    std::copy(dValue, dValue + head, dq + row * stride + 2 * width);
  }
}

FOR_LONG_REGISTERS void backwardByLongRegisters(
    const Sizes& sizes, const float* dy, const float* q, const float* bias, const LogSum* logSums,
    float* dq, float* scratch) {
  backward<kMostLanes>(sizes, dy, q, bias, logSums, dq, scratch);
}

FOR_SHORT_REGISTERS void backwardByShortRegisters(
    const Sizes& sizes, const float* dy, const float* q, const float* bias, const LogSum* logSums,
    float* dq, float* scratch) {
  backward<kShortLanes>(sizes, dy, q, bias, logSums, dq, scratch);
}

/// Records whose rows follow one another: record b has those from offsets[b] to offsets[b + 1].
struct Records {
  const int32_t* offsets;
  int64_t count, heads, head;
  bool isCausal;
  Sizes operator[](int64_t record) const {
    return {offsets[record + 1] - offsets[record], heads, head, isCausal};
  }
  Sizes longest() const {
    Sizes most{0, heads, head, isCausal};
    for (int64_t record = 0; record < count; record++) {
      most.rows = std::max(most.rows, (*this)[record].rows);
    }
    return most;
  }
  int64_t end() const { return offsets[count]; }
};

/// Shapes of qkv [rows, 3 × width], bias [rows], which is empty for causal attention, and offsets.
Records recordsOf(Call& call, int qkv, int bias, int offsets, int64_t heads) {
  const int64_t head = call.size(qkv, 1) / 3 / heads;
  return {call.input<int32_t>(offsets), call.count(offsets) - 1, heads, head, call.count(bias) == 0};
}

struct Attention {
  explicit Attention(Attributes& given) : heads(given.number("heads")) {}
  const int64_t heads;

  void run(Call& call) {
    const Records records = recordsOf(call, 0, 1, 2, heads);
    const Sizes most = records.longest();
    const int64_t rows = call.size(0, 0), width = most.width();
    const float *qkv = call.input(0), *bias = call.input(1);
    float* y = call.output(0, {rows, width});
    LogSum* logSums = reinterpret_cast<LogSum*>(call.output(1, {heads, rows, 2}));
    if (y == nullptr || logSums == nullptr) return;
    std::fill(y + records.end() * width, y + rows * width, 0.f);
    const int64_t floats = most.tallRows() * (3 * most.wideHead() + kTall + 1) + kTall * most.wideHead();
    overRows(records.count * heads, [=](int64_t from, int64_t to) {
      std::vector<float> scratch(floats);
      for (int64_t at = from; at < to; at++) {
        const int64_t record = at / heads, row = records.offsets[record], column = at % heads * most.head;
        (hasLongRegisters ? forwardByLongRegisters : forwardByShortRegisters)(
            records[record], qkv + row * 3 * width + column, most.isCausal ? nullptr : bias + row,
            y + row * width + column, logSums + at % heads * rows + row, scratch.data());
      }
    });
  }
};

struct AttentionGradient {
  explicit AttentionGradient(Attributes& given) : heads(given.number("heads")) {}
  const int64_t heads;

  void run(Call& call) {
    const Records records = recordsOf(call, 1, 2, 4, heads);
    const Sizes most = records.longest();
    const int64_t rows = call.size(1, 0), width = most.width();
    const float *dy = call.input(0), *qkv = call.input(1), *bias = call.input(2);
    const LogSum* logSums = call.input<LogSum>(3);
    float* dqkv = call.output(0, {rows, 3 * width});
    if (dqkv == nullptr) return;
    std::fill(dqkv + records.end() * 3 * width, dqkv + rows * 3 * width, 0.f);
    const int64_t floats =
        most.tallRows() * (7 * most.wideHead() + 2 * kTall + 1) + kTall * most.wideHead();
    overRows(records.count * heads, [=](int64_t from, int64_t to) {
      std::vector<float> scratch(floats);
      for (int64_t at = from; at < to; at++) {
        const int64_t record = at / heads, row = records.offsets[record], column = at % heads * most.head;
        (hasLongRegisters ? backwardByLongRegisters : backwardByShortRegisters)(
            records[record], dy + row * width + column, qkv + row * 3 * width + column,
            most.isCausal ? nullptr : bias + row, logSums + at % heads * rows + row,
            dqkv + row * 3 * width + column, scratch.data());
      }
    });
  }
};

}  // namespace

bool registerAttention() {
  return registered<Attention>(
             "EhrloomAttention", {"qkv: float", "bias: float", "offsets: int32"},
             {"y: float", "log_sums: float"}, {"heads: float"}) &&
      registered<AttentionGradient>(
             "EhrloomAttentionGradient",
             {"dy: float", "qkv: float", "bias: float", "log_sums: float", "offsets: int32"},
             {"dqkv: float"}, {"heads: float"});
}
