#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "vit/io/dtype.h"

namespace vit {

/// One tensor of a safetensors file.
struct TensorInfo {
  std::string name;
  DType dtype = DType::F32;
  std::vector<std::int64_t> shape;   ///< empty for a scalar; a dimension may be 0
  std::uint64_t begin = 0, end = 0;  ///< in bytes from the start of the data

  [[nodiscard]] std::uint64_t size_bytes() const noexcept { return end - begin; }
  friend bool operator==(const TensorInfo&, const TensorInfo&) = default;
};

using SafetensorsMetadata = std::map<std::string, std::string, std::less<>>;

struct SafetensorsHeader {
  std::vector<TensorInfo> tensors;  ///< in the order of their data
  SafetensorsMetadata metadata;     ///< `__metadata__`
};

/// The largest header that the format allows, in bytes.
inline constexpr std::uint64_t kMaxSafetensorsHeader = 100'000'000;
/// The most dimensions of a tensor; NumPy's limit, where the format has none.
inline constexpr std::size_t kMaxRank = 64;

/// How many bytes a tensor takes; nothing where a dimension is negative, the size in bits does not
/// fit 64 bits (also when a dimension of 0 is left out, so that the strides fit), or the last
/// element ends inside a byte.
[[nodiscard]] std::optional<std::uint64_t> tensor_size_bytes(
    DType dtype, const std::vector<std::int64_t>& shape);

/// Reads the JSON header of the format https://github.com/huggingface/safetensors#format.
///
/// As strict as its specification and stricter than the reference implementation, which keeps one
/// of two equal keys and passes over fields that it does not know: here both are errors. The
/// tensors must cover the data without hole or overlap.
///
/// `data_bytes` is what the file has after its header; `where` names the file in the messages.
/// Throws Error(weights).
[[nodiscard]] SafetensorsHeader parse_safetensors_header(std::string_view json,
                                                         std::uint64_t data_bytes,
                                                         const std::string& where);

/// The JSON of a header, padded with spaces so that the data starts at a multiple of 8 bytes.
/// Throws Error(weights) where two tensors have one name, one has the name `__metadata__`, a text
/// is not UTF-8, or the header would be larger than the format allows.
[[nodiscard]] std::string format_safetensors_header(const SafetensorsHeader& header,
                                                    const std::string& where);

}  // namespace vit
