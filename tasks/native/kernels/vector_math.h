// Loops that the compiler turns into vector instructions, and functions that it can do so with.
#pragma once
#include <cstdint>
#include <cstring>

/// A function compiled for several kinds of processor, of which the one at hand is chosen at start.
#if defined(__x86_64__)
#define PER_PROCESSOR \
  __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default"), noinline))
#else
#define PER_PROCESSOR __attribute__((noinline))
#endif

/// Functions for processors that have registers of 16 numbers, `hasLongRegisters`, and for all others. A
/// processor without them would keep such vectors in memory, which takes seven times as long and more.
#if defined(__x86_64__)
#define FOR_LONG_REGISTERS __attribute__((target("arch=x86-64-v4"), noinline))
#define FOR_SHORT_REGISTERS __attribute__((target_clones("arch=x86-64-v3", "default"), noinline))
static const bool hasLongRegisters = __builtin_cpu_supports("x86-64-v4");
#else
#define FOR_LONG_REGISTERS __attribute__((noinline))
#define FOR_SHORT_REGISTERS __attribute__((noinline))
constexpr bool hasLongRegisters = false;
#endif

/// Numbers in a vector for the ones and for the others.
constexpr int64_t kMostLanes = 16, kShortLanes = 8;

/// `count` numbers in vector registers.
template <int64_t count>
struct Lanes {
  typedef float Type __attribute__((vector_size(count * sizeof(float)), aligned(4)));
};

#define INLINE inline __attribute__((always_inline))

/// eˣ to 2 units in the last place; between e⁻⁸⁷ and e⁸⁸. NaN stays NaN.
INLINE float exponential(float x) {
  x = x < -87.f ? -87.f : x;
  x = x > 88.f ? 88.f : x;
  const float rounder = 12582912.f; // 1.5 × 2²³: adding it leaves whole numbers
  const float n = (x * 1.44269504f + rounder) - rounder;
  const float r = (x - n * 0.693359375f) + n * 2.12194440e-4f; // x - n ln 2 in two parts
  float p = 1.9875691500e-4f; // Cephes expf
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * r * r + r + 1.f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float power;
  std::memcpy(&power, &bits, sizeof power);
  return p * power;
}

INLINE float sigmoid(float x) { return 1.f / (1.f + exponential(-x)); }

/// log(1 + e) for e in [0, 1], also of the smallest e: 2 artanh(e / (2 + e)) by its series.
INLINE float logOnePlus(float e) {
  const float s = e / (2.f + e);
  const float q = s * s;
  float p = 1.f / 17;
  p = p * q + 1.f / 15;
  p = p * q + 1.f / 13;
  p = p * q + 1.f / 11;
  p = p * q + 1.f / 9;
  p = p * q + 1.f / 7;
  p = p * q + 1.f / 5;
  p = p * q + 1.f / 3;
  return 2.f * s * (p * q + 1.f);
}
