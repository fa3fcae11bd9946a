// A step of Adam in place on all parameters, as lib/nn/adam_engines.ts has it. That checks the sizes.
#include <algorithm>
#include <cmath>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

/// What a step takes of each gradient, of its square and of Adam's quotient, and what is added below it.
struct Rates {
  float mean, square, step, epsilon;
};

/// Updates `count` numbers; the sum of the squares of their gradients.
PER_PROCESSOR float update(
    const float* gradient, float* parameters, float* means, float* squares, int64_t count, Rates rates) {
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; i++) {
    const float g = gradient[i];
    sum += g * g;
    means[i] += rates.mean * (g - means[i]);
    squares[i] += rates.square * (g * g - squares[i]);
    parameters[i] -= rates.step * means[i] / (std::sqrt(squares[i]) + rates.epsilon);
  }
  return sum;
}

/// A run of numbers of one gradient, and where its parameters begin.
struct Piece {
  const float* gradient;
  int64_t at, count;
};

/// Few enough that a float holds the sum of their squares well.
constexpr int64_t kPiece = 4096;

struct Adam {
  explicit Adam(Attributes&) {}

  void run(Call& call) {
    float* parameters = const_cast<float*>(call.input(0));
    float* means = const_cast<float*>(call.input(1));
    float* squares = const_cast<float*>(call.input(2));
    const float* given = call.input(3);
    const Rates rates{given[0], given[1], given[2], given[3]};
    const int32_t* starts = call.input<int32_t>(4);
    std::vector<Piece> pieces;
    for (int i = 5; i < call.inputs(); i++) {
      const float* gradient = call.input(i);
      const int64_t size = call.count(i);
      for (int64_t from = 0; from < size; from += kPiece) {
        pieces.push_back({gradient + from, starts[i - 5] + from, std::min(kPiece, size - from)});
      }
    }
    float* norm = call.output(0, {});
    if (norm == nullptr) return;
    std::vector<double> sums(pieces.size());
    inShards(pieces.size(), [&](int64_t i) {
      const auto [gradient, at, count] = pieces[i];
      sums[i] = update(gradient, parameters + at, means + at, squares + at, count, rates);
    });
    double sum = 0;
    for (double each : sums) sum += each;
    *norm = static_cast<float>(std::sqrt(sum));
  }
};

}  // namespace

bool registerAdam() {
  return registered<Adam>(
      "EhrloomAdam",
      {"parameters: float", "means: float", "squares: float", "rates: float", "starts: int32",
       "gradients: count * float"},
      {"norm: float"}, {"count: int"});
}
