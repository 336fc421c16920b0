#include "vit/weights/state_dict.h"

#include "vit/weights/tensors.h"

namespace vit {

StateDict read_state_dict(const std::filesystem::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  StateDict result;
  result.format = "safetensors";
  for (const auto& [key, value] : file.metadata()) result.metadata[key] = value;
  for (const TensorInfo& info : file.tensors())
    result.tensors.emplace(info.name, read_tensor(file, info));
  return result;
}

}  // namespace vit
