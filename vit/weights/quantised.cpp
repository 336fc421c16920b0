#include "vit/weights/quantised.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/json.h"

namespace vit {
namespace {

constexpr std::uint64_t kMaxModelConfig = std::uint64_t{16} << 20;

/// Ends of names that only quantised files have, and whose they are.
constexpr std::array<std::pair<std::string_view, const char*>, 24> kMarks = {{
    {".SCB", "bitsandbytes, 8 bits"},
    {".weight_format", "bitsandbytes, 8 bits"},
    {".absmax", "bitsandbytes, 4 bits"},
    {".quant_map", "bitsandbytes, 4 bits"},
    {".nested_absmax", "bitsandbytes, 4 bits"},
    {".quant_state.bitsandbytes__nf4", "bitsandbytes, 4 bits"},
    {".quant_state.bitsandbytes__fp4", "bitsandbytes, 4 bits"},
    {".qweight", "GPTQ or AWQ"},
    {".qzeros", "GPTQ or AWQ"},
    {".g_idx", "GPTQ"},
    {".weight_packed", "compressed-tensors"},
    {".weight_scale", "compressed-tensors"},
    {".weight_scale_inv", "blocks of 8 bits"},
    {".weight_zero_point", "compressed-tensors"},
    {".weight_scale_2", "8 or 4 bits with scales"},
    {".input_scale", "compressed-tensors"},
    {".weight._data", "quanto"},
    {".weight._scale", "quanto"},
    {".weight_blocks", "MXFP4"},
    {".weight_scales", "MXFP4"},
    {"._packed_params._packed_params", "torch.ao.quantization"},
    {".weight:_data:qdata", "torchao"},
    {".weight_qdata", "torchao"},
    {".weight_fake_quant.scale", "torch.ao.quantization, while it trains"},
}};

constexpr const char* kOriginals =
    "take the original weights (fp32, fp16 or bf16), or write the dequantised ones with the "
    "library "
    "that quantised them";

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(path), what, kOriginals);
}

bool names_a_parameter(std::string_view name) {
  return name.ends_with(".weight") || name.ends_with(".bias") || name.ends_with("/kernel") ||
         name.ends_with("pos_embed") || name.ends_with("cls_token");
}

void check_config(const std::filesystem::path& path) {
  const std::filesystem::path config = path.parent_path() / "config.json";
  std::error_code error;
  if (!std::filesystem::is_regular_file(config, error)) return;
  const nlohmann::json json = parse_json(read_text_file(config, kMaxModelConfig),
                                         printable_path(config), ErrorKind::weights);
  if (!json.is_object()) return;
  const nlohmann::json found = json.value("quantization_config", nlohmann::json());
  if (found.is_null() || (found.is_object() && found.empty())) return;
  std::string method = "a method that it does not name";
  if (found.is_object() && found.value("quant_method", nlohmann::json()).is_string())
    method = found.at("quant_method").get<std::string>();
  refuse(path, str("config.json beside it says that its weights are quantised by ",
                   printable(method, 60), ", which is not supported"));
}

}  // namespace

void refuse_quantised(const StateDict& file, const std::filesystem::path& path) {
  check_config(path);
  for (const auto& [name, tensor] : file.tensors) {
    for (const auto& [mark, whose] : kMarks)
      if (name.ends_with(mark))
        refuse(path,
               str("its weights are quantised (", whose, "): it has a tensor ", in_quotes(name)));
    if (!tensor.is_floating_point() && names_a_parameter(name))
      refuse(path, str("tensor ", in_quotes(name), " holds integers (",
                       c10::toString(tensor.scalar_type()),
                       "): weights are floating-point numbers, so these are quantised, and their "
                       "scales are not known"));
    if (name.find(".lora_A.") != std::string::npos || name.find(".lora_B.") != std::string::npos)
      throw Error(
          ErrorKind::weights, printable_path(path),
          str("it has an adapter (LoRA) that is not merged: tensor ", in_quotes(name)),
          "put adapter_config.json beside it (PEFT writes it) and name the folder, or merge "
          "it with PEFT (merge_and_unload)");
  }
}

}  // namespace vit
