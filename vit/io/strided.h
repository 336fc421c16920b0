#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace vit {

/// How an array lies in memory: element (i, j, ...) at i * strides[0] + j * strides[1] + ...
struct StridedLayout {
  std::vector<std::int64_t> shape;
  std::vector<std::int64_t> strides;  ///< in elements

  /// Whether the elements lie one after another in C order; the stride of a dimension of 1 is
  /// never used and may be anything.
  [[nodiscard]] bool is_dense() const;
  /// How many elements there are; nothing where a dimension is negative or the number does not fit.
  [[nodiscard]] std::optional<std::uint64_t> elements() const;
  /// How many elements lie between the first byte and the last, holes included; 0 for an array
  /// without elements; nothing where a dimension or stride is negative or the number does not fit.
  [[nodiscard]] std::optional<std::uint64_t> span() const;
};

/// Copies an array into C order. `from` has span() elements of `element_bytes`, `into` elements().
void copy_to_dense(const StridedLayout& layout, std::size_t element_bytes,
                   std::span<const std::byte> from, std::span<std::byte> into);

}  // namespace vit
