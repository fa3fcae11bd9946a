// A product of a few rows, whose sums stay in registers.
#pragma once
#include "vector_math.h"

/// Rows that are worked on together: each load of a row of B then serves as many.
constexpr int kTall = 4;

/// C [kTall, columns] = A [kTall, inner] B [inner, columns]; columns is a multiple of lanes.
template <int64_t lanes>
INLINE void product(
    const float* a, int64_t aStride, const float* b, int64_t bStride, float* c, int64_t cStride,
    int64_t inner, int64_t columns) {
  typedef typename Lanes<lanes>::Type Vector;
  int64_t j = 0;
  for (; j + 2 * lanes <= columns; j += 2 * lanes) {
    Vector left[kTall] = {}, right[kTall] = {};
    for (int64_t k = 0; k < inner; k++) {
      const Vector b0 = *reinterpret_cast<const Vector*>(b + k * bStride + j);
      const Vector b1 = *reinterpret_cast<const Vector*>(b + k * bStride + j + lanes);
      for (int r = 0; r < kTall; r++) {
        const float factor = a[r * aStride + k];
        left[r] += factor * b0;
        right[r] += factor * b1;
      }
    }
    for (int r = 0; r < kTall; r++) {
      *reinterpret_cast<Vector*>(c + r * cStride + j) = left[r];
      *reinterpret_cast<Vector*>(c + r * cStride + j + lanes) = right[r];
    }
  }
  for (; j < columns; j += lanes) {
    Vector sum[kTall] = {};
    for (int64_t k = 0; k < inner; k++) {
      const Vector b0 = *reinterpret_cast<const Vector*>(b + k * bStride + j);
      for (int r = 0; r < kTall; r++) sum[r] += a[r * aStride + k] * b0;
    }
    for (int r = 0; r < kTall; r++) *reinterpret_cast<Vector*>(c + r * cStride + j) = sum[r];
  }
}
