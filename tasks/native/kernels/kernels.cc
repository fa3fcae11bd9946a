#include "kernels.h"

#include <malloc.h>

/// Lets the process keep up to 1 GiB that it has freed: a step of training frees what the next one asks
/// for again, and each page that comes anew from the system is a fault.
static void keepMemory() {
#ifdef __GLIBC__
  mallopt(M_MMAP_THRESHOLD, 32 << 20); // the most that glibc takes
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

/// Tells TensorFlow of all operations here, in a process's first call. 1 if it has taken them.
extern "C" int registerKernels() {
  static const bool isDone = registerAdam() && registerAddRow() && registerAttendNext() &&
      registerAttention() && registerBag() && registerBernoulli() && registerColumnSums() &&
      registerDrawRows() && registerGelu() && registerLayerNorm() && registerLstm() &&
      registerTriangular();
  if (isDone) keepMemory();
  return isDone;
}
