#include "vit/weights/adapter.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/io/file.h"
#include "vit/io/json.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::uint64_t kMaxAdapterConfig = std::uint64_t{16} << 20;

/// Keys of adapter_config.json that say how an adapter was trained or found, and those that are
/// read here. Any other key that is not null, false or empty is refused.
constexpr std::array<std::string_view, 30> kUnderstoodKeys = {"alpha_pattern",
                                                              "auto_mapping",
                                                              "base_model_name_or_path",
                                                              "bias",
                                                              "ensure_weight_tying",
                                                              "eva_config",
                                                              "exclude_modules",
                                                              "fan_in_fan_out",
                                                              "inference_mode",
                                                              "init_lora_weights",
                                                              "layers_pattern",
                                                              "layers_to_transform",
                                                              "lora_alpha",
                                                              "lora_dropout",
                                                              "megatron_core",
                                                              "modules_to_save",
                                                              "peft_type",
                                                              "peft_version",
                                                              "qalora_group_size",
                                                              "r",
                                                              "rank_pattern",
                                                              "revision",
                                                              "runtime_config",
                                                              "target_modules",
                                                              "task_type",
                                                              "use_rslora",
                                                              "enable_lora",
                                                              "merge_weights",
                                                              "feedforward_modules",
                                                              "library_name"};

/// Initialisations that leave the base's weights as they are; others (pissa, olora, loftq …) train
/// against a base that is not the one in the file.
constexpr std::array<std::string_view, 4> kPlainStarts = {"gaussian", "eva", "orthogonal", "mhc"};

/// Whether a value says nothing: null, false, 0 entries.
bool is_absent(const json& value) {
  return value.is_null() || value == json(false) ||
         ((value.is_object() || value.is_array() || value.is_string()) && value.empty());
}

class AdapterConfig {
 public:
  explicit AdapterConfig(fs::path path) : path_(std::move(path)) {
    config_ = parse_json(read_text_file(path_, kMaxAdapterConfig), printable_path(path_),
                         ErrorKind::weights);
    if (!config_.is_object()) fail("expected a JSON object");
    const std::string type = text("peft_type");
    if (type != "LORA")
      fail(vit::str("its adapter is of the kind ", in_quotes(type.empty() ? "none" : type),
                    "; LORA is merged here"));
    for (const auto& [key, value] : config_.items()) {
      const bool known =
          std::find(kUnderstoodKeys.begin(), kUnderstoodKeys.end(), key) != kUnderstoodKeys.end();
      if (!known && !is_absent(value) && !is_default(key, value))
        fail(vit::str("its option ", printable(key, 60), ": ", printable(value.dump(), 60),
                      " is not supported"));
    }
    const json start = config_.value("init_lora_weights", json(true));
    if (start.is_string() && std::find(kPlainStarts.begin(), kPlainStarts.end(),
                                       start.get<std::string>()) == kPlainStarts.end())
      fail(vit::str("init_lora_weights: ", printable(start.dump(), 60),
                    " changes the weights that the adapter is for, which is not supported"));
  }

  [[nodiscard]] std::string text(const char* key) const {
    const json value = config_.value(key, json());
    return value.is_string() ? value.get<std::string>() : std::string();
  }
  [[nodiscard]] bool flag(const char* key) const {
    return config_.value(key, json()) == json(true);
  }
  /// Modules that were trained whole.
  [[nodiscard]] std::vector<std::string> saved_modules() const {
    std::vector<std::string> names;
    for (const json& name : config_.value("modules_to_save", json::array()))
      if (name.is_string()) names.push_back(name.get<std::string>());
    return names;
  }
  /// alpha / r, or alpha / sqrt(r), of the module at this path.
  [[nodiscard]] double scaling(const std::string& module, std::int64_t rank) const {
    const double alpha =
        pattern("alpha_pattern", module, number(config_.value("lora_alpha", json())));
    const double r = pattern("rank_pattern", module, number(config_.value("r", json())));
    if (r != static_cast<double>(rank))
      fail(vit::str("it says rank ", r, " for ", printable(module), ", whose tensors have ", rank));
    return alpha / (flag("use_rslora") ? std::sqrt(r) : r);
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw Error(
        ErrorKind::weights, printable_path(path_), what,
        "merge the adapter with PEFT (model.merge_and_unload().save_pretrained(FOLDER)), and "
        "name that folder");
  }

 private:
  static bool is_default(const std::string& key, const json& value) {
    // The options of an initialisation that was not asked for.
    return (key == "loftq_config" || key == "corda_config" || key == "lora_ga_config") &&
           value.is_object() && value.empty();
  }

  [[nodiscard]] double number(const json& value) const {
    if (!value.is_number() || !(value.get<double>() > 0))
      fail("expected r and lora_alpha, numbers above 0");
    return value.get<double>();
  }

  /// Its keys are regular expressions for the end of a module's path; plain names are understood.
  [[nodiscard]] double pattern(const char* key, const std::string& module, double otherwise) const {
    const json patterns = config_.value(key, json::object());
    if (!patterns.is_object()) return otherwise;
    std::optional<double> found;
    for (const auto& [name, value] : patterns.items()) {
      std::string plain = name;
      if (plain.starts_with('^')) plain.erase(0, 1);
      if (plain.find_first_not_of(
              "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.") !=
          std::string::npos)
        fail(vit::str(key, " has the pattern ", in_quotes(name, 60),
                      "; names of modules are understood"));
      const bool whole = name.starts_with('^');
      if (module != plain && (whole || !module.ends_with("." + plain))) continue;
      if (found && *found != number(value))
        fail(vit::str(key, " has two values for ", printable(module)));
      found = number(value);
    }
    return found.value_or(otherwise);
  }

  fs::path path_;
  json config_;
};

/// How modules of transformers 5 are called in its files, which keep the older names.
std::vector<std::string> spellings(const std::string& path) {
  const auto replaced = [](std::string text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at != std::string::npos && (at == 0 || text[at - 1] == '.'))
      text.replace(at, from.size(), to);
    return text;
  };
  std::vector<std::string> all = {path};
  std::string older = path;
  if (older.find("encoder.layer.") == std::string::npos)
    older = replaced(older, "layers.", "encoder.layer.");
  for (const auto& [from, to] : {std::pair{"attention.q_proj", "attention.attention.query"},
                                 std::pair{"attention.k_proj", "attention.attention.key"},
                                 std::pair{"attention.v_proj", "attention.attention.value"},
                                 std::pair{"attention.o_proj", "attention.output.dense"}})
    older = replaced(older, from, to);
  all.push_back(older);
  all.push_back(
      replaced(replaced(older, "mlp.fc1", "intermediate.dense"), "mlp.fc2", "output.dense"));
  all.push_back(replaced(path, "model.layer.", "layer."));
  return all;
}

class Merger {
 public:
  Merger(const fs::path& adapter, const AdapterConfig& config, StateDict& base)
      : adapter_(adapter), config_(config), base_(base) {}

  void merge(const StateDict& tensors) {
    std::map<std::string, std::pair<torch::Tensor, torch::Tensor>> pairs;  // by module
    std::map<std::string, torch::Tensor> whole;
    for (const auto& [name, tensor] : tensors.tensors) {
      std::string path = name;
      for (const std::string_view start : {"base_model.model.", "base_model."})
        if (path.starts_with(start)) {
          path.erase(0, start.size());
          break;
        }
      const std::size_t lora = path.find(".lora_");
      if (lora == std::string::npos) {
        whole.emplace(without_wrappers(path), tensor);
        continue;
      }
      const std::string part = path.substr(lora + 1), module = path.substr(0, lora);
      if (part == "lora_A.weight" || part == "lora_A.default.weight")
        pairs[module].first = tensor;
      else if (part == "lora_B.weight" || part == "lora_B.default.weight")
        pairs[module].second = tensor;
      else
        fail(vit::str("its tensor ", in_quotes(name), " is of a kind that is not merged here"));
    }
    if (pairs.empty() && whole.empty()) fail("it has no tensors");
    find_prefix(pairs, whole);
    for (const auto& [module, pair] : pairs) merge_pair(module, pair.first, pair.second);
    for (const auto& [path, tensor] : whole) replace(path, tensor);
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw Error(ErrorKind::weights, printable_path(adapter_), what,
                "check that adapter and weights are for one model, or merge them with PEFT "
                "(merge_and_unload)");
  }

  static std::string without_wrappers(std::string path) {
    for (const std::string_view wrapper :
         {".modules_to_save.default", ".modules_to_save", ".base_layer"})
      if (const std::size_t at = path.find(wrapper); at != std::string::npos)
        path.erase(at, wrapper.size());
    return path;
  }

  /// The base's name of a tensor that the adapter calls `path`; "" where it has none.
  [[nodiscard]] std::string name_of(const std::string& path) const {
    for (const std::string& spelling : spellings(path))
      if (base_.tensors.contains(spelling)) return spelling;
    return {};
  }

  /// A backbone's own file lacks the name under which a classifier has it: `vit.`. Its tensors get
  /// that name, so that the classifier which the adapter brings stands beside them.
  void find_prefix(const std::map<std::string, std::pair<torch::Tensor, torch::Tensor>>& pairs,
                   const std::map<std::string, torch::Tensor>& whole) {
    std::string path = pairs.empty() ? whole.begin()->first : pairs.begin()->first + ".weight";
    if (!name_of(path).empty()) return;
    const std::size_t dot = path.find('.');
    if (dot == std::string::npos || name_of(path.substr(dot + 1)).empty()) return;
    std::map<std::string, torch::Tensor> renamed;
    for (auto& [name, tensor] : base_.tensors)
      renamed.emplace(path.substr(0, dot + 1) + name, std::move(tensor));
    base_.tensors = std::move(renamed);
  }

  void merge_pair(const std::string& module, const torch::Tensor& a, const torch::Tensor& b) {
    if (!a.defined() || !b.defined())
      fail(vit::str(in_quotes(module), " has one of lora_A and lora_B only"));
    const std::string name = name_of(module + ".weight");
    if (name.empty()) fail(vit::str("the weights have no tensor ", in_quotes(module + ".weight")));
    torch::Tensor& weight = base_.tensors.at(name);
    const auto wrong = [&]() {
      fail(vit::str("lora_A ", a.sizes(), " and lora_B ", b.sizes(), " do not fit ",
                    in_quotes(name), " ", weight.sizes()));
    };
    if (a.dim() != b.dim() || a.dim() != weight.dim() || (a.dim() != 2 && a.dim() != 4) ||
        !weight.is_floating_point() || !a.is_floating_point() || !b.is_floating_point())
      wrong();
    const std::int64_t rank = a.size(0);
    if (rank < 1 || b.size(1) != rank || (b.dim() == 4 && (b.size(2) != 1 || b.size(3) != 1)))
      wrong();
    const bool swapped = a.dim() == 2 && config_.flag("fan_in_fan_out");
    const std::vector<std::int64_t> shape =
        a.dim() == 4 ? std::vector{b.size(0), a.size(1), a.size(2), a.size(3)}
        : swapped    ? std::vector{a.size(1), b.size(0)}
                     : std::vector{b.size(0), a.size(1)};
    if (weight.sizes() != at::IntArrayRef(shape)) wrong();  // before anything of that size is made
    torch::Tensor delta = b.to(torch::kFloat32).flatten(1).matmul(a.to(torch::kFloat32).flatten(1));
    delta = swapped ? delta.t() : delta.reshape(shape);
    weight = weight.to(torch::kFloat32) + delta * config_.scaling(module, rank);
  }

  /// A bias or module that was trained whole; a new classifier has no place in the base.
  void replace(const std::string& path, const torch::Tensor& tensor) {
    const std::string name = name_of(path);
    if (!name.empty() && base_.tensors.at(name).sizes() != tensor.sizes() && !is_saved(path))
      fail(vit::str(in_quotes(name), " has ", tensor.sizes(), " in the adapter, and ",
                    base_.tensors.at(name).sizes(), " in the weights"));
    if (name.empty() && !is_saved(path))
      fail(vit::str("the weights have no tensor ", in_quotes(path), ", which the adapter changes"));
    base_.tensors.insert_or_assign(name.empty() ? path : name, tensor);
  }

  /// Whether modules_to_save names the module that a tensor is of; PEFT saves the classifier of a
  /// sequence or image classifier without being told.
  [[nodiscard]] bool is_saved(const std::string& path) const {
    const std::string module = path.substr(0, path.rfind('.'));
    for (const std::string& name : config_.saved_modules())
      if (module == name || module.ends_with("." + name) || module.find(name + ".") == 0 ||
          module.find("." + name + ".") != std::string::npos)
        return true;
    return false;
  }

  const fs::path& adapter_;
  const AdapterConfig& config_;
  StateDict& base_;
};

/// The weights that an adapter is for.
fs::path base_of(const fs::path& adapter, const AdapterConfig& config) {
  const fs::path folder = adapter.parent_path();
  for (const char* name : {"model.safetensors", "model.safetensors.index.json", "pytorch_model.bin",
                           "pytorch_model.bin.index.json"}) {
    std::error_code error;
    if (fs::is_regular_file(folder / name, error)) return folder / name;
  }
  const std::string named = config.text("base_model_name_or_path");
  if (named.empty())
    config.fail(
        "it does not name the weights that it is for (base_model_name_or_path), and there "
        "are none beside it");
  std::error_code error;
  if (const fs::path beside = folder / named; fs::exists(beside, error))
    return weights_path(beside.string());
  const fs::path base = weights_path(named);
  if (!fs::exists(base, error))
    config.fail(vit::str("the weights that it is for are not there: ", in_quotes(named)));
  return base;
}

}  // namespace

bool is_adapter(const fs::path& path) {
  const std::string name = path.filename().string();
  std::error_code error;
  return (name == "adapter_model.safetensors" || name == "adapter_model.bin") &&
         fs::is_regular_file(path.parent_path() / "adapter_config.json", error);
}

MergedAdapter merge_adapter(const fs::path& path) {
  const AdapterConfig config(path.parent_path() / "adapter_config.json");
  MergedAdapter merged;
  merged.base = base_of(path, config);
  merged.state = read_state_dict(merged.base);
  Merger(path, config, merged.state).merge(read_state_file(path));
  merged.state.format =
      vit::str(merged.state.format, " with the LoRA adapter ", printable_path(path));
  return merged;
}

}  // namespace vit
