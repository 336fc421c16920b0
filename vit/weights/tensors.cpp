#include "vit/weights/tensors.h"

#include <torch/version.h>

#include <array>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/checksum.h"

namespace vit {
namespace {

constexpr std::array kTypes = {
    std::pair{DType::F32, torch::kFloat32},
    std::pair{DType::F16, torch::kFloat16},
    std::pair{DType::BF16, torch::kBFloat16},
    std::pair{DType::F64, torch::kFloat64},
    std::pair{DType::I64, torch::kInt64},
    std::pair{DType::I32, torch::kInt32},
    std::pair{DType::I16, torch::kInt16},
    std::pair{DType::I8, torch::kInt8},
    std::pair{DType::U8, torch::kUInt8},
    std::pair{DType::BOOL, torch::kBool},
    std::pair{DType::U16, torch::kUInt16},
    std::pair{DType::U32, torch::kUInt32},
    std::pair{DType::U64, torch::kUInt64},
    std::pair{DType::C64, torch::kComplexFloat},
    std::pair{DType::F8_E4M3, torch::kFloat8_e4m3fn},
    std::pair{DType::F8_E5M2, torch::kFloat8_e5m2},
    std::pair{DType::F8_E4M3FNUZ, torch::kFloat8_e4m3fnuz},
    std::pair{DType::F8_E5M2FNUZ, torch::kFloat8_e5m2fnuz},
#if TORCH_VERSION_MAJOR > 2 || TORCH_VERSION_MINOR >= 7
    std::pair{DType::F8_E8M0, torch::kFloat8_e8m0fnu},
#endif
};

}  // namespace

std::span<std::byte> bytes_of(const torch::Tensor& tensor) {
  VIT_ASSERT(tensor.is_cpu() && tensor.is_contiguous());
  return {static_cast<std::byte*>(tensor.data_ptr()), tensor.nbytes()};
}

torch::Tensor empty_tensor(DType dtype, const std::vector<std::int64_t>& shape,
                           const std::string& where) {
  for (const auto& [known, type] : kTypes)
    if (known == dtype) return torch::empty(shape, torch::dtype(type));
  throw Error(ErrorKind::weights, where,
              vit::str("elements of type ", dtype_name(dtype), " cannot be computed with here"),
              "convert the file to F32, F16 or BF16");
}

torch::Tensor read_tensor(const SafetensorsFile& file, const TensorInfo& info) {
  torch::Tensor tensor = empty_tensor(
      info.dtype, info.shape, vit::str(printable_path(file.path()), ": ", printable(info.name)));
  file.read(info, bytes_of(tensor));
  return tensor;
}

void TensorWriter::add(const std::string& name, const torch::Tensor& tensor) {
  const torch::Tensor dense = tensor.detach().to(torch::kCPU).contiguous();
  for (const auto& [dtype, type] : kTypes) {
    if (type != dense.scalar_type()) continue;
    alive_.push_back(dense);
    checksums_.emplace_back(name, [&] {
      Crc32 crc;
      crc.update(bytes_of(dense));
      return crc.hex();
    }());
    writer_.add(name, dtype, dense.sizes().vec(), bytes_of(dense));
    return;
  }
  VIT_ASSERT(false, "no safetensors type for ", name);
}

}  // namespace vit
