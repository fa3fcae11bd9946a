// All kernels of this library: each tells TensorFlow of its operations; false if it does not want them.
#pragma once

bool registerAdam();
bool registerAddRow();
bool registerAttendNext();
bool registerAttention();
bool registerBag();
bool registerBernoulli();
bool registerColumnSums();
bool registerDrawRows();
bool registerGelu();
bool registerLayerNorm();
bool registerLstm();
bool registerTriangular();
