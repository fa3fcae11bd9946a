// Negative log-likelihood of multi-hot rows and its gradient, as lib/nn/bernoulli.ts has them.
#include <cmath>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// A row as if all its cells were off: the loss, and its gradient.
PER_PROCESSOR float allOff(const float* logits, float* gradient, int64_t columns) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < columns; i++) {
    const float l = logits[i];
    const float e = exponential(-std::fabs(l));
    sum += (l > 0.f ? l : 0.f) + logOnePlus(e); // log(1 + eˡ)
    gradient[i] = (l > 0.f ? 1.f : e) / (1.f + e);
  }
  return sum;
}

double softplus(double l) { return (l > 0 ? l : 0) + std::log1p(std::exp(-std::fabs(l))); }

struct Bernoulli {
  explicit Bernoulli(Attributes& given) : positiveWeight(given.number("positive_weight")) {}
  const float positiveWeight;

  void run(Call& call) {
    const int64_t rows = call.size(0, 0), columns = call.size(0, 1);
    const float *logits = call.input(0), *mask = call.input(5);
    const int32_t *onEnds = call.input<int32_t>(1), *on = call.input<int32_t>(2);
    const int32_t *outEnds = call.input<int32_t>(3), *out = call.input<int32_t>(4);
    float* value = call.output(0, {});
    float* gradient = call.output(1, {rows, columns});
    if (value == nullptr || gradient == nullptr) return;
    std::vector<double> sums(shardsOf(rows));
    inShards(sums.size(), [&](int64_t shard) {
      const int64_t shards = sums.size();
      std::vector<char> isLeftOut(columns); // in the row
      double sum = 0;
      for (int64_t row = rows * shard / shards; row < rows * (shard + 1) / shards; row++) {
        const float* l = logits + row * columns;
        float* g = gradient + row * columns;
        if (mask[row] == 0) {
          for (int64_t i = 0; i < columns; i++) g[i] = 0;
          continue;
        }
        double nll = allOff(l, g, columns);
        const int32_t *outFrom = out + outEnds[row], *outTo = out + outEnds[row + 1];
        for (const int32_t* c = outFrom; c < outTo; c++) {
          isLeftOut[*c] = 1;
          nll -= softplus(l[*c]);
          g[*c] = 0;
        }
        for (const int32_t* c = on + onEnds[row]; c < on + onEnds[row + 1]; c++) {
          if (isLeftOut[*c]) continue;
          const double off = softplus(l[*c]);
          nll += positiveWeight * (off - l[*c]) - off;
          g[*c] = positiveWeight * (g[*c] - 1);
        }
        for (const int32_t* c = outFrom; c < outTo; c++) isLeftOut[*c] = 0;
        sum += mask[row] * nll;
        if (mask[row] != 1) {
          for (int64_t i = 0; i < columns; i++) g[i] *= mask[row];
        }
      }
      sums[shard] = sum;
    });
    double total = 0;
    for (double sum : sums) total += sum;
    *value = static_cast<float>(total);
  }
};

}  // namespace

bool registerBernoulli() {
  return registered<Bernoulli>(
      "EhrloomBernoulli",
      {"logits: float", "on_offsets: int32", "on_columns: int32", "out_offsets: int32",
       "out_columns: int32", "mask: float"},
      {"value: float", "gradient: float"}, {"positive_weight: float"});
}
