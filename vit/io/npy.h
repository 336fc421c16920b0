#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "vit/io/dtype.h"
#include "vit/io/strided.h"

namespace vit {

/// The header of a .npy array (NumPy's format 1.0 to 3.0, numpy/lib/format.py).
struct NpyHeader {
  bool readable = true;  ///< false for texts and objects of Python; `type` says what it is
  std::string type;      ///< NumPy's name of the elements' type: "<f4"
  DType dtype = DType::F32;
  StridedLayout layout;     ///< C order, or the strides of Fortran order
  bool big_endian = false;  ///< the bytes of each number are to be turned round

  [[nodiscard]] std::size_t element_bytes() const;
  /// Of all elements.
  [[nodiscard]] std::uint64_t bytes() const;
  /// The size of the unit that big_endian speaks of: a half of a complex number.
  [[nodiscard]] std::size_t number_bytes() const;
};

/// The first bytes of a .npy file that say how long its header is.
inline constexpr std::size_t kNpyStart = 12;
/// The longest header that is read, in bytes.
inline constexpr std::uint64_t kMaxNpyHeader = 64 << 10;

/// Where the data begin, told by the first kNpyStart bytes. Throws Error(weights) at `where`.
[[nodiscard]] std::size_t npy_data_begin(std::string_view start, const std::string& where);

/// Parses the header's text, a Python dict: {'descr': '<f4', 'fortran_order': False, 'shape':
/// (2, 3)}. `|V2` is bfloat16, as JAX writes it. Throws Error(weights) at `where`.
[[nodiscard]] NpyHeader parse_npy_header(std::string_view text, const std::string& where);

}  // namespace vit
