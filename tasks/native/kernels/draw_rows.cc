// Draws rows by HALO's masked head, column by column, as blockOrderRows() in lib/nn/block_order.ts has it.
//
// Most blocks of columns come out empty. So a block's logits are computed as if none of its columns came
// on, by a product over all hidden units; and where one comes on, the later logits of its block get what
// that changes in the units between.
#include <algorithm>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// Columns to a block, and rows that a thread draws together: each load of a weight then serves as many.
constexpr int64_t kBlock = 64, kRows = 32;

/// Rows of a tile of a product, whose sums stay in registers.
constexpr int64_t kTall = 4;

constexpr int64_t padded(int64_t count, int64_t to) { return (count + to - 1) / to * to; }

/// The head's numbers: [columns, size], [size, size] of which row o has zeros after column o, and [size].
struct Head {
  int64_t width, columns, size;
  const float *codeTable, *weight, *bias;

  /// The weights behind a column's logit, [size].
  const float* weightsOf(int64_t column) const { return weight + (width - 1 + column) * size; }
  float biasOf(int64_t column) const { return bias[width - 1 + column]; }
};

/// C [kTall, wide] = A [kTall, inner] Bᵀ of B [wide, inner].
template <int64_t lanes, int wide>
INLINE void tile(
    const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride,
    int64_t inner) {
  typedef typename Lanes<lanes>::Type Vector;
  Vector sums[kTall][wide] = {};
  int64_t k = 0;
  for (; k + lanes <= inner; k += lanes) {
    Vector right[wide];
    for (int w = 0; w < wide; w++) right[w] = *reinterpret_cast<const Vector*>(b + w * bStride + k);
    for (int t = 0; t < kTall; t++) {
      const Vector left = *reinterpret_cast<const Vector*>(a + t * aStride + k);
      for (int w = 0; w < wide; w++) sums[t][w] += left * right[w];
    }
  }
  for (int t = 0; t < kTall; t++) {
    for (int w = 0; w < wide; w++) {
      float sum = 0;
      for (int l = 0; l < lanes; l++) sum += sums[t][w][l];
      for (int64_t i = k; i < inner; i++) sum += a[t * aStride + i] * b[w * bStride + i];
      c[t * cStride + w] = sum;
    }
  }
}

/// C [rows, kBlock] = A [rows, inner] Bᵀ of B [columns, inner]; rows are a multiple of kTall.
template <int64_t lanes, int wide>
INLINE void product(
    const float* a, int64_t aStride, int64_t rows, const float* b, int64_t bStride, int64_t columns,
    float* c, int64_t inner) {
  int64_t from = 0;
  for (; from + wide <= columns; from += wide) {
    for (int64_t row = 0; row < rows; row += kTall) {
      tile<lanes, wide>(
          a + row * aStride, aStride, b + from * bStride, bStride, c + row * kBlock + from, kBlock, inner);
    }
  }
  for (; from < columns; from++) {
    for (int64_t row = 0; row < rows; row += kTall) {
      tile<lanes, 1>(
          a + row * aStride, aStride, b + from * bStride, bStride, c + row * kBlock + from, kBlock, inner);
    }
  }
}

/// A product by registers of 16 numbers, of which there are 32: 140 GFLOP/s on a core that has them.
FOR_LONG_REGISTERS void productByLongRegisters(
    const float* a, int64_t aStride, int64_t rows, const float* b, int64_t bStride, int64_t columns,
    float* c, int64_t inner) {
  product<kMostLanes, 4>(a, aStride, rows, b, bStride, columns, c, inner);
}

/// The same by 16 registers of 8 numbers: 75 GFLOP/s.
FOR_SHORT_REGISTERS void productByShortRegisters(
    const float* a, int64_t aStride, int64_t rows, const float* b, int64_t bStride, int64_t columns,
    float* c, int64_t inner) {
  product<kShortLanes, 3>(a, aStride, rows, b, bStride, columns, c, inner);
}

/// Numbers that begin where a register's does.
class Aligned {
 public:
  explicit Aligned(int64_t count) : all_(count + kMostLanes) {
    const uintptr_t bytes = kMostLanes * sizeof(float);
    first_ = all_.data() + (bytes - reinterpret_cast<uintptr_t>(all_.data()) % bytes) / sizeof(float);
  }
  Aligned(const Aligned&) = delete;
  Aligned& operator=(const Aligned&) = delete;
  float* data() { return first_; }

 private:
  std::vector<float> all_;
  float* first_;
};

/// The rows that a thread draws together, as far as they are.
struct Rows {
  Rows(const Head& head, const float* base, int64_t count)
      : count(count), stride(padded(head.size, kMostLanes)), units(padded(count, kTall) * stride),
        block(count * kBlock), logits(padded(count, kTall) * kBlock) {
    for (int64_t row = 0; row < count; row++) {
      std::copy(base + row * head.size, base + (row + 1) * head.size, units.data() + row * stride);
    }
  }
  const int64_t count, stride;
  /// [count, stride] Hidden units of the history and of earlier columns, then of the block as if none of
  /// its later columns came on; what the units of later blocks will be made from.
  Aligned units;
  /// [count, kBlock] What the units of the block are made from.
  std::vector<float> block;
  /// [count, kBlock] Logits of the block.
  std::vector<float> logits;
};

/// NaN stays, as in Math.max().
INLINE float rectified(float x) { return x < 0 ? 0 : x; }

/// Makes the units of columns `start` to `end` - 1, and the logits of these.
PER_PROCESSOR void prepareBlock(const Head& head, Rows& rows, int64_t start, int64_t end) {
  const int64_t first = start == 0 ? 0 : head.width + start; // with those of the history
  for (int64_t row = 0; row < rows.count; row++) {
    float* units = rows.units.data() + row * rows.stride;
    const float* ofBlock = units + head.width + start;
    std::copy(ofBlock, ofBlock + end - start, rows.block.data() + row * kBlock);
    for (int64_t i = first; i < head.width + end; i++) units[i] = rectified(units[i]);
  }
  // A column's weights are zero after its last input, so whole registers may be read
  const int64_t inner = std::min(head.size, padded(head.width + end - 1, kMostLanes));
  (hasLongRegisters ? productByLongRegisters : productByShortRegisters)(
      rows.units.data(), rows.stride, padded(rows.count, kTall), head.weightsOf(start), head.size,
      end - start, rows.logits.data(), inner);
  for (int64_t row = 0; row < rows.count; row++) {
    for (int64_t c = start; c < end; c++) rows.logits[row * kBlock + c - start] += head.biasOf(c);
  }
}

/// The first of `count` columns that comes on, or `count`.
INLINE int64_t firstOn(const float* logits, const float* uniforms, int64_t count) {
  int32_t isOn[kBlock];
#pragma omp simd
  for (int64_t i = 0; i < count; i++) isOn[i] = uniforms[i] < 0 || uniforms[i] < sigmoid(logits[i]);
  return std::find(isOn, isOn + count, 1) - isOn;
}

/// Whether a column is a bin of a quantity of which an earlier one is on; `quantities` may be null.
bool isTold(const int32_t* quantities, const std::vector<int32_t>& on, int64_t column) {
  if (quantities == nullptr || quantities[column] < 0) return false;
  return std::any_of(on.begin(), on.end(), [=](int32_t earlier) {
    return quantities[earlier] == quantities[column];
  });
}

/// Draws columns `start` to `end` - 1 of one row; each that comes on changes its later units and logits.
PER_PROCESSOR void drawBlock(
    const Head& head, Rows& rows, int64_t row, int64_t start, int64_t end, const float* uniforms,
    const int32_t* quantities, std::vector<int32_t>& on) {
  float* units = rows.units.data() + row * rows.stride + head.width;
  float *block = rows.block.data() + row * kBlock, *logits = rows.logits.data() + row * kBlock;
  for (int64_t c = start; c < end; c++) {
    c += firstOn(logits + c - start, uniforms + c, end - c);
    if (c == end) return;
    if (isTold(quantities, on, c)) continue;
    on.push_back(c);
    const float* added = head.codeTable + c * head.size + head.width;
    float changes[kBlock];
    for (int64_t i = c; i < end; i++) {
      block[i - start] += added[i];
      const float unit = rectified(block[i - start]);
      changes[i - c] = unit - units[i];
      units[i] = unit;
    }
#pragma omp simd
    for (int64_t i = end; i < head.columns; i++) units[i] += added[i];
    for (int64_t later = c + 1; later < end; later++) {
      const float* weights = head.weightsOf(later) + head.width + c;
      float change = 0;
#pragma omp simd reduction(+ : change)
      for (int64_t i = 0; i < later - c; i++) change += changes[i] * weights[i];
      logits[later - start] += change;
    }
  }
}

struct DrawRows {
  explicit DrawRows(Attributes&) {}

  void run(Call& call) {
    const int64_t count = call.size(0, 0), columns = call.size(2, 0), size = call.size(2, 1);
    const float *base = call.input(0), *uniforms = call.input(1);
    const Head head{size - columns, columns, size, call.input(2), call.input(3), call.input(4)};
    const int32_t *quantities = call.input<int32_t>(5), *isExclusive = call.input<int32_t>(6);
    std::vector<std::vector<int32_t>> lists(count);
    const int64_t groups = (count + kRows - 1) / kRows;
    inShards(groups, [&](int64_t group) {
      const int64_t from = group * kRows, to = std::min(count, from + kRows);
      Rows rows(head, base + from * size, to - from);
      for (int64_t start = 0; start < columns; start += kBlock) {
        const int64_t end = std::min(columns, start + kBlock);
        prepareBlock(head, rows, start, end);
        for (int64_t row = from; row < to; row++) {
          drawBlock(
              head, rows, row - from, start, end, uniforms + row * columns,
              isExclusive[row] ? quantities : nullptr, lists[row]);
        }
      }
    });
    int32_t* offsets = call.output<int32_t>(0, {count + 1});
    if (offsets == nullptr) return;
    offsets[0] = 0;
    for (int64_t row = 0; row < count; row++) offsets[row + 1] = offsets[row] + lists[row].size();
    int32_t* on = call.output<int32_t>(1, {offsets[count]});
    if (on == nullptr) return;
    for (const auto& list : lists) on = std::copy(list.begin(), list.end(), on);
  }
};

}  // namespace

bool registerDrawRows() {
  return registered<DrawRows>(
      "EhrloomDrawRows",
      {"base: float", "uniforms: float", "code_table: float", "weight: float", "bias: float",
       "quantities: int32", "is_exclusive: int32"},
      {"offsets: int32", "columns: int32"});
}
