// TensorFlow's C interface in the few words that the kernels here need. Shapes are checked by the callers.
#pragma once
#include <initializer_list>
#include <new>
#include <type_traits>
#include <vector>

#define IS_SLIM_BUILD // leaves out a header that nothing here needs and `deno task native` does not unpack
#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

/// What a kernel is given when it runs.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(TF_NewStatus()) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() {
    for (TF_Tensor* tensor : tensors_) TF_DeleteTensor(tensor);
    TF_DeleteStatus(status_);
  }

  /// An input's numbers, whose size of an axis is `size(i, axis)`.
  template <class T = float>
  const T* input(int i) { return static_cast<const T*>(TF_TensorData(at(i))); }

  /// How many inputs there are: a list may have any number.
  int inputs() { return TF_NumInputs(context_); }
  int64_t size(int i, int axis) { return TF_Dim(at(i), axis); }
  int64_t count(int i) { return TF_TensorElementCount(at(i)); }
  std::vector<int64_t> shape(int i) {
    TF_Tensor* tensor = at(i);
    std::vector<int64_t> sizes(TF_NumDims(tensor));
    for (size_t axis = 0; axis < sizes.size(); axis++) sizes[axis] = TF_Dim(tensor, axis);
    return sizes;
  }

  /// Memory for an output; not cleared. Null if there is none, and then TensorFlow has been told.
  template <class T = float>
  T* output(int i, const std::vector<int64_t>& shape) {
    constexpr TF_DataType type = std::is_same<T, int32_t>::value ? TF_INT32 : TF_FLOAT;
    size_t bytes = sizeof(T);
    for (int64_t size : shape) bytes *= size;
    TF_Tensor* tensor = TF_AllocateOutput(
        context_, i, type, shape.data(), static_cast<int>(shape.size()), bytes, status_);
    if (TF_GetCode(status_) != TF_OK) {
      TF_OpKernelContext_Failure(context_, status_);
      return nullptr;
    }
    tensors_.push_back(tensor);
    return static_cast<T*>(TF_TensorData(tensor));
  }

 private:
  TF_Tensor* at(int i) {
    if (inputs_.size() <= static_cast<size_t>(i)) inputs_.resize(i + 1);
    if (inputs_[i] == nullptr) {
      TF_GetInput(context_, i, &inputs_[i], status_);
      tensors_.push_back(inputs_[i]);
    }
    return inputs_[i];
  }

  TF_OpKernelContext* context_;
  TF_Status* status_;
  std::vector<TF_Tensor*> inputs_, tensors_;
};

/// Numbers that are fixed when a kernel is made.
class Attributes {
 public:
  explicit Attributes(TF_OpKernelConstruction* made) : made_(made), status_(TF_NewStatus()) {}
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  ~Attributes() { TF_DeleteStatus(status_); }
  float number(const char* name) {
    float value = 0;
    TF_OpKernelConstruction_GetAttrFloat(made_, name, &value, status_);
    return value;
  }

 private:
  TF_OpKernelConstruction* made_;
  TF_Status* status_;
};

/// Tells TensorFlow of an operation and its kernel: a class made from Attributes that runs a Call.
/// Inputs and outputs are written "name: float", a list of inputs "name: count * float", attributes
/// "name: float", and the length of a list "count: int", or "count: int >= 0" if it may be empty. False if
/// it does not want it.
template <class Kernel>
bool registered(
    const char* name, std::initializer_list<const char*> inputs,
    std::initializer_list<const char*> outputs, std::initializer_list<const char*> attributes = {}) {
  TF_OpDefinitionBuilder* op = TF_NewOpDefinitionBuilder(name);
  for (const char* attribute : attributes) TF_OpDefinitionBuilderAddAttr(op, attribute);
  for (const char* input : inputs) TF_OpDefinitionBuilderAddInput(op, input);
  for (const char* output : outputs) TF_OpDefinitionBuilderAddOutput(op, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(
      op, [](TF_ShapeInferenceContext* shapes, TF_Status* status) {
        TF_ShapeInferenceContextSetUnknownShape(shapes, status);
      });
  TF_Status* status = TF_NewStatus();
  TF_RegisterOpDefinition(op, status);
  bool isDone = TF_GetCode(status) == TF_OK;
  if (isDone) {
    TF_KernelBuilder* kernel = TF_NewKernelBuilder(
        name, "CPU",
        [](TF_OpKernelConstruction* made) -> void* {
          Attributes given(made);
          return new Kernel(given);
        },
        [](void* kernel, TF_OpKernelContext* context) {
          try {
            Call call(context);
            static_cast<Kernel*>(kernel)->run(call);
          } catch (const std::bad_alloc&) { // must not pass through TensorFlow
            TF_Status* status = TF_NewStatus();
            TF_SetStatus(status, TF_RESOURCE_EXHAUSTED, "not enough memory for an operation of Ehrloom");
            TF_OpKernelContext_Failure(context, status);
            TF_DeleteStatus(status);
          }
        },
        [](void* kernel) { delete static_cast<Kernel*>(kernel); });
    TF_RegisterKernelBuilder(name, kernel, status);
    isDone = TF_GetCode(status) == TF_OK;
  }
  TF_DeleteStatus(status);
  return isDone;
}
