#include "kernels.h"

/// Tells TensorFlow of all operations here, in a process's first call. 1 if it has taken them.
extern "C" int registerKernels() {
  static const bool isDone = registerAttention() && registerBag() && registerBernoulli() &&
      registerColumnSums() && registerGelu() && registerLayerNorm() && registerTriangular();
  return isDone;
}
