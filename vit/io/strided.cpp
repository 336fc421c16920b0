#include "vit/io/strided.h"

#include <algorithm>
#include <cstring>

#include "vit/core/error.h"

namespace vit {

bool StridedLayout::is_dense() const {
  std::int64_t expected = 1;
  for (std::size_t i = shape.size(); i-- > 0;) {
    if (shape[i] == 0) return true;
    if (shape[i] != 1 && strides[i] != expected) return false;
    expected *= shape[i];
  }
  return true;
}

std::optional<std::uint64_t> StridedLayout::elements() const {
  std::int64_t count = 1;
  bool empty = false;
  for (const std::int64_t dim : shape) {
    if (dim < 0) return std::nullopt;
    if (dim == 0) empty = true;
    if (dim != 0 && __builtin_mul_overflow(count, dim, &count)) return std::nullopt;
  }
  return empty ? 0 : static_cast<std::uint64_t>(count);
}

std::optional<std::uint64_t> StridedLayout::span() const {
  std::int64_t last = 0;
  bool empty = false;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] < 0 || strides[i] < 0) return std::nullopt;
    if (shape[i] == 0) {
      empty = true;
      continue;
    }
    std::int64_t step = 0;
    if (__builtin_mul_overflow(shape[i] - 1, strides[i], &step) ||
        __builtin_add_overflow(last, step, &last))
      return std::nullopt;
  }
  return empty ? 0 : static_cast<std::uint64_t>(last) + 1;
}

void copy_to_dense(const StridedLayout& layout, std::size_t element_bytes,
                   std::span<const std::byte> from, std::span<std::byte> into) {
  const std::size_t rank = layout.shape.size();
  VIT_ASSERT(into.size() == layout.elements().value() * element_bytes);
  VIT_ASSERT(from.size() >= layout.span().value() * element_bytes);
  if (into.empty()) return;
  std::vector<std::int64_t> index(rank);
  std::int64_t position = 0;  // in elements of `from`
  for (std::byte *out = into.data(), *end = out + into.size(); out < end; out += element_bytes) {
    std::memcpy(out, from.data() + static_cast<std::size_t>(position) * element_bytes,
                element_bytes);
    for (std::size_t i = rank; i-- > 0;) {
      position += layout.strides[i];
      if (++index[i] < layout.shape[i]) break;
      position -= layout.strides[i] * layout.shape[i];
      index[i] = 0;
    }
  }
}

}  // namespace vit
