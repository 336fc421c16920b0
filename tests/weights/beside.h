#pragma once

#include <string>

#include "tests/io/scratch.h"
#include "vit/weights/recognise.h"
#include "vit/weights/tensors.h"

/// Weights in a folder with descriptions beside them.
namespace vit::test {

/// Writes the tensors as `name` into the folder.
inline std::filesystem::path put_weights(const ScratchFolder& folder, const TensorMap& tensors,
                                         const std::string& name = "model.safetensors") {
  TensorWriter writer;
  for (const auto& [key, tensor] : tensors) writer.add(key, tensor);
  writer.write(folder / name);
  return folder / name;
}

/// Writes weights with a config.json beside them, and a preprocessor_config.json where one is
/// given, and recognises all together.
inline Recognised with_config(const TensorMap& tensors, const std::string& config,
                              const std::string& preprocessor = "") {
  const ScratchFolder folder;
  const std::filesystem::path file = put_weights(folder, tensors);
  put(folder / "config.json", config);
  if (!preprocessor.empty()) put(folder / "preprocessor_config.json", preprocessor);
  return recognise(open_weights(file));
}

}  // namespace vit::test
