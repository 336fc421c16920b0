#pragma once

#include <string>
#include <vector>

#include "vit/image/input_spec.h"

namespace vit {

/// What an exported model says of itself (of TorchScript, its extra file `vit.json`).
struct ModelCard {
  std::string model;                ///< name of the architecture
  std::vector<std::string> labels;  ///< names of the classes
  InputSpec preprocessing;
  /// The task's section of the experiment, as YAML; "": classification, as files before had none.
  std::string task{};
};

}  // namespace vit
