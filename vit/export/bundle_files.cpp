#include "vit/export/bundle_files.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "vit/core/error.h"
#include "vit/io/atomic_file.h"
#include "vit/weights/tensors.h"

namespace vit {

std::map<std::string, torch::Tensor> named_tensors(ImageModel& model) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : model.module().named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : model.module().named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

nlohmann::json numbered_labels(const std::vector<std::string>& labels) {
  nlohmann::json result = nlohmann::json::object();
  for (std::size_t i = 0; i < labels.size(); ++i) result[std::to_string(i)] = labels[i];
  return result;
}

void write_bundle(const std::filesystem::path& folder,
                  const std::map<std::string, torch::Tensor>& tensors,
                  const std::map<std::string, nlohmann::json>& documents) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error || !std::filesystem::is_directory(folder))
    throw Error(ErrorKind::resource, folder.string(),
                "the folder cannot be made" + (error ? ": " + error.message() : std::string()),
                "name another folder with --output");
  for (const auto& [name, document] : documents)
    write_file_atomically(folder / name, document.dump(2) + "\n");
  TensorWriter writer;
  writer.set_metadata("format", "pt");  // what both libraries look for
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);
  writer.write(folder / "model.safetensors");
}

}  // namespace vit
