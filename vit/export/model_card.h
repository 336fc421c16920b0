#pragma once

#include <string>
#include <vector>

#include "vit/augment/preprocess.h"

namespace vit {

/// What an exported model says of itself (of TorchScript, its extra file `vit.json`).
struct ModelCard {
  std::string model;                ///< name of the architecture
  std::vector<std::string> labels;  ///< names of the classes
  Preprocessing preprocessing;
};

}  // namespace vit
