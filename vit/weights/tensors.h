#pragma once

#include <torch/types.h>

#include <string>
#include <utility>
#include <vector>

#include "vit/io/safetensors.h"

/// LibTorch's tensors in safetensors files.
namespace vit {

/// An uninitialised dense tensor on the CPU. Throws Error (weights) at `where` for element types
/// that LibTorch does not have.
[[nodiscard]] torch::Tensor empty_tensor(DType dtype, const std::vector<std::int64_t>& shape,
                                         const std::string& where);

/// The tensor `info` of `file`, on the CPU, in the type it has there. Throws Error (weights) for
/// element types that LibTorch does not have.
[[nodiscard]] torch::Tensor read_tensor(const SafetensorsFile& file, const TensorInfo& info);

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// The dense bytes of tensors on their way into a file: keeps what the writer points to alive.
class TensorWriter {
 public:
  void add(const std::string& name, const torch::Tensor& tensor);
  void set_metadata(std::string key, std::string value) {
    writer_.set_metadata(std::move(key), std::move(value));
  }
  void write(const std::filesystem::path& path) const { writer_.write(path); }

  /// Name and CRC-32 (hexadecimal) of each tensor added so far.
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& checksums() const {
    return checksums_;
  }

 private:
  SafetensorsWriter writer_;
  std::vector<torch::Tensor> alive_;
  std::vector<std::pair<std::string, std::string>> checksums_;
};

/// The bytes of a dense CPU tensor.
[[nodiscard]] std::span<std::byte> bytes_of(const torch::Tensor& tensor);

}  // namespace vit
