#include "vit/io/dtype.h"

#include <array>

#include "vit/core/error.h"

namespace vit {
namespace {

struct Row {
  DType dtype;
  std::string_view name;
  int bits;
};

constexpr std::array kTable{
    Row{DType::BOOL, "BOOL", 8},
    Row{DType::F4, "F4", 4},
    Row{DType::F6_E2M3, "F6_E2M3", 6},
    Row{DType::F6_E3M2, "F6_E3M2", 6},
    Row{DType::U8, "U8", 8},
    Row{DType::I8, "I8", 8},
    Row{DType::F8_E5M2, "F8_E5M2", 8},
    Row{DType::F8_E4M3, "F8_E4M3", 8},
    Row{DType::F8_E8M0, "F8_E8M0", 8},
    Row{DType::F8_E4M3FNUZ, "F8_E4M3FNUZ", 8},
    Row{DType::F8_E5M2FNUZ, "F8_E5M2FNUZ", 8},
    Row{DType::I16, "I16", 16},
    Row{DType::U16, "U16", 16},
    Row{DType::F16, "F16", 16},
    Row{DType::BF16, "BF16", 16},
    Row{DType::I32, "I32", 32},
    Row{DType::U32, "U32", 32},
    Row{DType::F32, "F32", 32},
    Row{DType::C64, "C64", 64},
    Row{DType::F64, "F64", 64},
    Row{DType::I64, "I64", 64},
    Row{DType::U64, "U64", 64},
};

const Row& row(DType dtype) {
  const auto index = static_cast<std::size_t>(dtype);
  VIT_ASSERT(index < kTable.size() && kTable[index].dtype == dtype, "dtype ", index);
  return kTable[index];
}

}  // namespace

std::string_view dtype_name(DType dtype) { return row(dtype).name; }
int dtype_size_bits(DType dtype) { return row(dtype).bits; }

std::optional<DType> dtype_from_name(std::string_view name) {
  for (const Row& candidate : kTable)
    if (candidate.name == name) return candidate.dtype;
  return std::nullopt;
}

std::string known_dtypes() {
  std::string names;
  for (const Row& known : kTable) names += (names.empty() ? "" : ", ") + std::string(known.name);
  return names;
}

}  // namespace vit
