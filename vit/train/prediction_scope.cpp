#include "vit/train/prediction_scope.h"

#include "vit/core/error.h"
#include "vit/kernels/fused_type.h"
#include "vit/kernels/isa.h"

namespace vit {
namespace {

std::string autocast_type(c10::Device device, const std::string& dtype) {
  if (dtype != "int8") return dtype;
  if (!device.is_cpu())
    throw Error(
        ErrorKind::usage, "int8", vit::str("is computed on the CPU, and the device is ", device),
        "compute on the CPU (train.device: cpu; of predict, --device cpu), or take --dtype bf16");
  if (!kernels::int8_is_fast())
    throw Error(ErrorKind::usage, "int8",
                vit::str("is slower than fp32 on this CPU (", kernels::name(kernels::active_isa()),
                         "), which has no AVX-512 with VNNI, the products of 8-bit numbers"),
                "take --dtype fp32, or auto: the fastest here");
  return kernels::bf16_is_fused() ? "bf16" : "fp32";
}

}  // namespace

const std::vector<std::string>& prediction_dtypes() {
  static const std::vector<std::string> all{"fp32", "bf16", "fp16", "int8", "auto"};
  return all;
}

PredictionScope::PredictionScope(c10::Device device, const std::string& dtype)
    : int8_(dtype == "int8"),
      frozen_(int8_ ? kernels::Products::int8 : kernels::Products::exact),
      autocast_(device.type(), autocast_type(device, dtype)) {}

void PredictionScope::check() const {
  if (!int8_ || frozen_.int8_layers() > 0) return;
  throw Error(ErrorKind::usage, "int8",
              vit::str("no layer of this model can be computed in 8 bits here (",
                       kernels::name(kernels::active_isa()), ")"),
              "it needs linear layers whose widths are multiples of 32, and a run or checkpoint "
              "instead of an exported model; or take another --dtype");
}

}  // namespace vit
