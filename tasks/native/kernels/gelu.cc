// The Gaussian error linear unit in its tanh form, x σ(x (A + B x²)), as lib/nn/gelu.ts has it.
#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

constexpr float A = 1.5957691216057308f; // 2 √(2/π)
constexpr float B = A * 0.044715f;

INLINE float gateOf(float x, float square) {
  return sigmoid(x * (square * B + A));
}

PER_PROCESSOR void forward(const float* x, float* y, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] = x[i] * gateOf(x[i], x[i] * x[i]);
}

PER_PROCESSOR void backward(const float* dy, const float* x, float* dx, int64_t count) {
  for (int64_t i = 0; i < count; i++) {
    const float square = x[i] * x[i];
    const float gate = gateOf(x[i], square);
    const float slope = x[i] * (1.f - gate) * (square * (3.f * B) + A);
    dx[i] = dy[i] * (gate * (slope + 1.f));
  }
}

struct Gelu {
  explicit Gelu(Attributes&) {}
  void run(Call& call) {
    const float* x = call.input(0);
    float* y = call.output(0, call.shape(0));
    if (y == nullptr) return;
    overRows(call.count(0), [=](int64_t from, int64_t to) { forward(x + from, y + from, to - from); });
  }
};

struct GeluGradient {
  explicit GeluGradient(Attributes&) {}
  void run(Call& call) {
    const float* dy = call.input(0);
    const float* x = call.input(1);
    float* dx = call.output(0, call.shape(1));
    if (dx == nullptr) return;
    overRows(call.count(1), [=](int64_t from, int64_t to) {
      backward(dy + from, x + from, dx + from, to - from);
    });
  }
};

}  // namespace

bool registerGelu() {
  return registered<Gelu>("EhrloomGelu", {"x: float"}, {"y: float"}) &&
      registered<GeluGradient>("EhrloomGeluGradient", {"dy: float", "x: float"}, {"dx: float"});
}
