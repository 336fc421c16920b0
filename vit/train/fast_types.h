#pragma once

#include <c10/core/Device.h>

#include <string>
#include <string_view>

namespace vit {

/// What a device computes faster than float32. The others it can compute in as well, by converting
/// to float32 and back, which takes several times as long.
struct FastTypes {
  bool bf16 = false, fp16 = false, int8 = false;
};
/// A CPU's by its instructions, as VIT_CPU_ISA (of our kernels) and ONEDNN_MAX_CPU_ISA (of
/// LibTorch's) limit them; a GPU's by its compute capability. int8 is computed on CPUs alone.
[[nodiscard]] FastTypes fast_types(c10::Device device);

/// The type to compute in where `dtype` (fp32, bf16, fp16, int8 or auto) is asked for by `option`,
/// as `train.amp` or `--dtype`: for auto the first of bf16, fp16 and fp32 that is fast. Warns where
/// bf16 or fp16 is asked for and is not (PredictionScope refuses int8 there). To be called once for
/// a command.
[[nodiscard]] std::string chosen_type(const std::string& dtype, c10::Device device,
                                      std::string_view option);

}  // namespace vit
