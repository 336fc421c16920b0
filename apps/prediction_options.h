#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "vit/train/fast_types.h"
#include "vit/train/prediction_scope.h"

namespace vit::cli {

/// Adds `--dtype`, which says what predictions are computed in.
inline void add_dtype(CLI::App& command, std::string& dtype) {
  command
      .add_option("--dtype", dtype,
                  "What forward passes are computed in: fp32, bf16, fp16, int8 (linear layers "
                  "with weights and activations of 8 bits), or auto: bf16 where this device is "
                  "fast in it, else fp32")
      ->check(CLI::IsMember(prediction_dtypes()))
      ->capture_default_str();
}

/// What to compute in: as `--dtype` says, or where that was not given (""), as `train.amp`.
[[nodiscard]] inline std::string prediction_type(const std::string& dtype, const std::string& amp,
                                                 c10::Device device) {
  return dtype.empty() ? chosen_type(amp, device, "train.amp")
                       : chosen_type(dtype, device, "--dtype");
}

/// Adds `--device`, which says what predictions are computed on.
inline void add_device(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "auto (a GPU where there is one), cpu, cuda or cuda:N")
      ->capture_default_str();
}

}  // namespace vit::cli
