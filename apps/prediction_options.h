#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "vit/train/prediction_scope.h"

namespace vit::cli {

/// Adds `--dtype`, which says what predictions are computed in.
inline void add_dtype(CLI::App& command, std::string& dtype) {
  command
      .add_option("--dtype", dtype,
                  "What forward passes are computed in: fp32, bf16, fp16, or int8 (linear layers "
                  "with weights and activations of 8 bits)")
      ->check(CLI::IsMember(prediction_dtypes()))
      ->capture_default_str();
}

/// Adds `--device`, which says what predictions are computed on.
inline void add_device(CLI::App& command, std::string& device) {
  command.add_option("--device", device, "auto (a GPU where there is one), cpu, cuda or cuda:N")
      ->capture_default_str();
}

}  // namespace vit::cli
