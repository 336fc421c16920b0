#include "vit/io/torch_types.h"

#include <algorithm>
#include <array>
#include <string>

namespace vit {
namespace {

struct Row {
  TorchElement element;
  std::string_view storage;  // its class in torch; "" where tensors of this type have none
};

constexpr std::array kTable{
    Row{{"float32", 4, DType::F32}, "FloatStorage"},
    Row{{"float16", 2, DType::F16}, "HalfStorage"},
    Row{{"bfloat16", 2, DType::BF16}, "BFloat16Storage"},
    Row{{"float64", 8, DType::F64}, "DoubleStorage"},
    Row{{"int64", 8, DType::I64}, "LongStorage"},
    Row{{"int32", 4, DType::I32}, "IntStorage"},
    Row{{"int16", 2, DType::I16}, "ShortStorage"},
    Row{{"int8", 1, DType::I8}, "CharStorage"},
    Row{{"uint8", 1, DType::U8}, "ByteStorage"},
    Row{{"bool", 1, DType::BOOL}, "BoolStorage"},
    Row{{"complex64", 8, DType::C64}, "ComplexFloatStorage"},
    Row{{"complex128", 16, std::nullopt}, "ComplexDoubleStorage"},
    Row{{"qint8", 1, std::nullopt}, "QInt8Storage"},
    Row{{"quint8", 1, std::nullopt}, "QUInt8Storage"},
    Row{{"qint32", 4, std::nullopt}, "QInt32Storage"},
    Row{{"quint4x2", 1, std::nullopt}, "QUInt4x2Storage"},
    Row{{"quint2x4", 1, std::nullopt}, "QUInt2x4Storage"},
    Row{{"uint16", 2, DType::U16}, ""},
    Row{{"uint32", 4, DType::U32}, ""},
    Row{{"uint64", 8, DType::U64}, ""},
    Row{{"float8_e4m3fn", 1, DType::F8_E4M3}, ""},
    Row{{"float8_e5m2", 1, DType::F8_E5M2}, ""},
    Row{{"float8_e4m3fnuz", 1, DType::F8_E4M3FNUZ}, ""},
    Row{{"float8_e5m2fnuz", 1, DType::F8_E5M2FNUZ}, ""},
    Row{{"float8_e8m0fnu", 1, DType::F8_E8M0}, ""},
};

constexpr TorchElement kBytes{"uint8", 1, DType::U8};

/// Without "torch." or, of newer files, "torch.storage."; "" where neither is there.
std::string_view without_module(std::string_view global) {
  for (const std::string_view module : {"torch.storage.", "torch.cuda.", "torch."})
    if (global.starts_with(module)) return global.substr(module.size());
  return {};
}

}  // namespace

bool is_untyped_storage(std::string_view global) {
  return without_module(global) == "UntypedStorage";
}

const TorchElement* torch_storage_element(std::string_view global) {
  const std::string_view name = without_module(global);
  if (name == "UntypedStorage") return &kBytes;
  if (name.empty()) return nullptr;
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Row& row) { return row.storage == name; });
  return found == kTable.end() ? nullptr : &found->element;
}

const TorchElement* torch_dtype_element(std::string_view global) {
  if (!global.starts_with("torch.")) return nullptr;
  const std::string_view name = global.substr(6);
  const auto* found = std::find_if(kTable.begin(), kTable.end(),
                                   [&](const Row& row) { return row.element.name == name; });
  return found == kTable.end() ? nullptr : &found->element;
}

}  // namespace vit
