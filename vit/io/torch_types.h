#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "vit/io/dtype.h"

namespace vit {

/// What the elements of a torch storage or tensor are.
struct TorchElement {
  std::string_view name;       ///< torch.`name`: "float32"
  std::size_t bytes;           ///< of one element
  std::optional<DType> dtype;  ///< nothing for types that safetensors has no name for: quantised
                               ///< integers, complex128
};

/// By the name of the storage's class: "torch.FloatStorage". Null where it is unknown.
[[nodiscard]] const TorchElement* torch_storage_element(std::string_view global);
/// By the name of the type: "torch.float8_e4m3fn". Null where it is unknown.
[[nodiscard]] const TorchElement* torch_dtype_element(std::string_view global);
/// A storage that knows only its bytes.
[[nodiscard]] bool is_untyped_storage(std::string_view global);

}  // namespace vit
