#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vit {

/// The element types of the safetensors format (0.8), in its order: by alignment, smallest first.
/// A file's tensors are laid out by this order, so a new type must not be put in anywhere else.
enum class DType : std::uint8_t {
  BOOL,
  F4,       ///< OCP microscaling; two elements in a byte
  F6_E2M3,  ///< OCP microscaling; four elements in three bytes
  F6_E3M2,  ///< OCP microscaling; four elements in three bytes
  U8,
  I8,
  F8_E5M2,      ///< arXiv:2209.05433
  F8_E4M3,      ///< arXiv:2209.05433; torch.float8_e4m3fn
  F8_E8M0,      ///< OCP microscaling: a scale
  F8_E4M3FNUZ,  ///< arXiv:2206.02915
  F8_E5M2FNUZ,  ///< arXiv:2206.02915
  I16,
  U16,
  F16,
  BF16,
  I32,
  U32,
  F32,
  C64,  ///< complex: two F32
  F64,
  I64,
  U64,
};

/// The name in a safetensors header.
[[nodiscard]] std::string_view dtype_name(DType dtype);
/// The size of one element in bits; 4 and 6 for the types below a byte.
[[nodiscard]] int dtype_size_bits(DType dtype);
[[nodiscard]] std::optional<DType> dtype_from_name(std::string_view name);
/// All names, separated by ", ": for messages.
[[nodiscard]] std::string known_dtypes();

}  // namespace vit
