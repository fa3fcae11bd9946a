// Layer norm over rows, and its way back, as lib/nn/layer_norm.ts has them.
#include <cmath>
#include <vector>

#include "kernels.h"
#include "op.h"
#include "shards.h"
#include "vector_math.h"

namespace {

PER_PROCESSOR void forward(
    const float* x, const float* gain, const float* bias, float epsilon, float* y, float* normal,
    float* scale, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, x += width, y += width, normal += width) {
    float sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < width; i++) sum += x[i];
    const float mean = sum / width;
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < width; i++) squares += (x[i] - mean) * (x[i] - mean);
    const float s = 1.f / std::sqrt(squares / width + epsilon);
    scale[row] = s;
#pragma omp simd
    for (int64_t i = 0; i < width; i++) {
      const float n = (x[i] - mean) * s;
      normal[i] = n;
      y[i] = n * gain[i] + bias[i];
    }
  }
}

/// Fills in dx, and adds the rows' parts of the gradients at gain and bias.
PER_PROCESSOR void backward(
    const float* dy, const float* normal, const float* scale, const float* gain, float* dx,
    float* dGain, float* dBias, int64_t rows, int64_t width) {
  for (int64_t row = 0; row < rows; row++, dy += width, normal += width, dx += width) {
    float sum = 0, along = 0;
#pragma omp simd reduction(+ : sum, along)
    for (int64_t i = 0; i < width; i++) {
      const float g = dy[i] * gain[i];
      sum += g;
      along += g * normal[i];
    }
    const float mean = sum / width, projection = along / width, s = scale[row];
#pragma omp simd
    for (int64_t i = 0; i < width; i++) {
      dx[i] = s * (dy[i] * gain[i] - mean - normal[i] * projection);
      dGain[i] += dy[i] * normal[i];
      dBias[i] += dy[i];
    }
  }
}

struct LayerNorm {
  explicit LayerNorm(Attributes& given) : epsilon(given.number("epsilon")) {}
  const float epsilon;
  void run(Call& call) {
    const int64_t rows = call.size(0, 0), width = call.size(0, 1);
    const float *x = call.input(0), *gain = call.input(1), *bias = call.input(2);
    float* y = call.output(0, {rows, width});
    float* normal = call.output(1, {rows, width});
    float* scale = call.output(2, {rows, 1});
    if (y == nullptr || normal == nullptr || scale == nullptr) return;
    overRows(rows, [=](int64_t from, int64_t to) {
      const int64_t at = from * width;
      forward(x + at, gain, bias, epsilon, y + at, normal + at, scale + from, to - from, width);
    });
  }
};

struct LayerNormGradient {
  explicit LayerNormGradient(Attributes&) {}
  void run(Call& call) {
    const int64_t rows = call.size(0, 0), width = call.size(0, 1);
    const float *dy = call.input(0), *normal = call.input(1);
    const float *scale = call.input(2), *gain = call.input(3);
    float* dx = call.output(0, {rows, width});
    float* dGain = call.output(1, {width});
    float* dBias = call.output(2, {width});
    if (dx == nullptr || dGain == nullptr || dBias == nullptr) return;
    const int64_t shards = shardsOf(rows);
    std::vector<float> parts(shards * 2 * width);
    inShards(shards, [&](int64_t shard) {
      const int64_t from = rows * shard / shards, to = rows * (shard + 1) / shards;
      const int64_t at = from * width;
      float* part = &parts[shard * 2 * width];
      backward(
          dy + at, normal + at, scale + from, gain, dx + at, part, part + width, to - from, width);
    });
    for (int64_t i = 0; i < width; i++) dGain[i] = dBias[i] = 0;
    for (int64_t shard = 0; shard < shards; shard++) {
      const float* part = &parts[shard * 2 * width];
      for (int64_t i = 0; i < width; i++) dGain[i] += part[i];
      for (int64_t i = 0; i < width; i++) dBias[i] += part[width + i];
    }
  }
};

}  // namespace

bool registerLayerNorm() {
  return registered<LayerNorm>(
             "EhrloomLayerNorm", {"x: float", "gain: float", "bias: float"},
             {"y: float", "normal: float", "scale: float"}, {"epsilon: float"}) &&
      registered<LayerNormGradient>(
             "EhrloomLayerNormGradient",
             {"dy: float", "normal: float", "scale: float", "gain: float"},
             {"dx: float", "d_gain: float", "d_bias: float"});
}
