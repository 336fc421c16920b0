#include "vit/weights/naming/heads.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "vit/core/str.h"
#include "vit/weights/naming/timm_names.h"
#include "vit/weights/naming/unwrapping.h"

namespace vit {
namespace {

struct NormedNames {
  std::string_view length, direction;
};
constexpr std::array kWeightNorms = {
    NormedNames{"parametrizations.weight.original0", "parametrizations.weight.original1"},
    NormedNames{"weight_g", "weight_v"},
};

/// What users call a classifier, or a part of it.
constexpr std::array<std::string_view, 8> kHeadWords = {"head",  "classif", "fc",     "linear",
                                                        "logit", "clf",     "output", "lc"};

/// g v / |v|: the norm is taken over the axes that `g` does not have.
torch::Tensor weight_of(const torch::Tensor& length, const torch::Tensor& direction) {
  std::vector<std::int64_t> axes;
  for (std::int64_t axis = 0; axis < direction.dim(); ++axis)
    if (length.dim() != direction.dim() || length.size(axis) == 1) axes.push_back(axis);
  const torch::Tensor v = direction.to(torch::kFloat32);
  return length.to(torch::kFloat32) * (v / v.square().sum(axes, /*keepdim=*/true).sqrt());
}

/// Which head a family has, and the names of its tensors in the file.
struct Family {
  std::string head;           ///< `head`, `fc`, `head.fc`
  std::int64_t features = 0;  ///< what the head reads; 0 where it is not known here
};

std::optional<Family> family_of(const TensorMap& tensors) {
  if (const auto patches = tensors.find(std::string(kPatchEmbed));
      patches != tensors.end() && patches->second.dim() > 0)
    return Family{"head", patches->second.size(0)};
  if (tensors.contains("layer1.0.conv1.weight")) return Family{"fc"};
  if (tensors.contains("stages.0.blocks.0.conv_dw.weight")) return Family{"head.fc"};
  return std::nullopt;
}

std::string_view module_of(std::string_view name) { return name.substr(0, name.rfind('.')); }

/// Whether the module of a tensor, or the first part of its name alone, is called like a head.
bool sounds_like_a_head(std::string_view name, bool first_part) {
  const std::string_view module = first_part ? name.substr(0, name.find('.')) : module_of(name);
  return std::any_of(kHeadWords.begin(), kHeadWords.end(), [&](std::string_view word) {
    return word == "lc" ? module == word || module.ends_with(".lc")
                        : module.find(word) != module.npos;
  });
}

/// Whether a model that is here has a part of this name in this place, apart from its head.
bool is_part(std::string_view name) {
  constexpr std::array<std::string_view, 20> kParts = {
      "cls_token", "dist_token", "reg_token", "pos_embed", "patch_embed", "norm_pre", "blocks",
      "norm",      "fc_norm",    "attn_pool", "head_dist", "conv1",       "bn1",      "layer1",
      "layer2",    "layer3",     "layer4",    "stem",      "stages",      "tokenizer"};
  return name.starts_with("head.norm.") ||
         std::find(kParts.begin(), kParts.end(), name.substr(0, name.find('.'))) != kParts.end();
}

/// A name without what choose_encoder put before it.
std::string told(const std::string& name) {
  return name.starts_with(kBeside) ? name.substr(kBeside.size()) : name;
}

class Head {
 public:
  Head(Translation& names, Family family, bool with_mean)
      : names_(names), family_(std::move(family)), with_mean_(with_mean) {}

  void settle() {
    sort_out();
    if (of_self_supervision()) return;
    TensorMap all = inner_;
    all.insert(beside_.begin(), beside_.end());
    if (all.empty()) return;
    if (!take_linear(all)) refuse(all);
  }

 private:
  /// Takes what may be a head out of the names: within the family's own head, and beside the
  /// encoder.
  void sort_out() {
    const std::string own = family_.head + ".";
    for (TensorMap* tensors : {&names_.tensors, &names_.source})
      for (auto entry = tensors->begin(); entry != tensors->end();) {
        const std::string& name = entry->first;
        const bool beside = name.starts_with(kBeside);
        const std::string plain = told(name);
        const bool at_top = !beside && !is_part(plain) && plain.find('.') != plain.npos;
        if (!beside && plain.starts_with(own)) {
          inner_.emplace(plain, entry->second);
        } else if ((beside || at_top) && sounds_like_a_head(plain, /*first_part=*/at_top)) {
          beside_.emplace(plain, entry->second);
        } else if (beside) {
          names_.source.emplace(plain, entry->second);
        } else {
          ++entry;
          continue;
        }
        entry = tensors->erase(entry);
      }
  }

  /// MoCo's and SimSiam's encoders end in the projection that is trained, not in a classifier.
  bool of_self_supervision() {
    const bool queue = std::any_of(
        names_.dropped.begin(), names_.dropped.end(), [](const Translation::Dropped& dropped) {
          return dropped.name == "queue" || dropped.name.ends_with(".queue") ||
                 dropped.name.find("predictor.") != std::string::npos;
        });
    if (!queue || !beside_.empty()) return false;
    for (const auto& [name, tensor] : inner_)
      names_.dropped.push_back({name, std::string(kProjectionHead)});
    return true;
  }

  /// One linear layer: `weight` [C, D] and perhaps `bias` [C], of one module.
  bool take_linear(const TensorMap& all) {
    const std::string module(module_of(all.begin()->first));
    const auto weight = all.find(module + ".weight"), bias = all.find(module + ".bias");
    if (weight == all.end() || all.size() != (bias == all.end() ? 1U : 2U)) return false;
    const std::int64_t reads = weight->second.dim() == 2 ? weight->second.size(1) : 0;
    const bool with_mean = family_.features > 0 && reads == 2 * family_.features &&
                           (with_mean_ || module.find("linear_head") != module.npos);
    // Under the family's own name it is the head whatever it reads; loading says what differs.
    if (module != family_.head &&
        (reads == 0 || (family_.features > 0 && reads != family_.features && !with_mean)))
      return false;
    if (with_mean) names_.options["global_pool"] = "token_avg";
    names_.put(family_.head + ".weight", weight->second, weight->first);
    if (bias != all.end())
      names_.put(family_.head + ".bias", bias->second, bias->first);
    else
      names_.put(family_.head + ".bias",
                 torch::zeros({weight->second.size(0)}, weight->second.options()),
                 std::string(kZeroBias));
    if (module.find_last_not_of("0123456789") + 1 != module.size())
      names_.assumptions.push_back(
          str("the head is the linear layer `", module, "`: nothing beside dropout around it"));
    return true;
  }

  /// Under the names that the file has for them.
  void refuse(const TensorMap& all) {
    for (const auto& [name, tensor] : all) {
      std::string original = name;
      std::erase_if(names_.renamed, [&, &key = name](const Translation::Renamed& each) {
        if (each.to != key) return false;
        original = each.from;
        return true;
      });
      if (original == kZeroBias) continue;  // was made here
      names_.heads.push_back(original);
      names_.source[original] = tensor;
    }
  }

  Translation& names_;
  Family family_;
  bool with_mean_;
  TensorMap inner_, beside_;
};

}  // namespace

void join_weight_norms(Translation& names) {
  for (const auto& [length, direction] : kWeightNorms) {
    std::vector<std::string> modules;
    for (const auto& [name, tensor] : names.source)
      if (name.ends_with(length) && name.find("last_layer") == name.npos)
        modules.push_back(name.substr(0, name.size() - length.size()));
    for (const std::string& module : modules) {
      const std::string g = module + std::string(length), v = module + std::string(direction);
      if (!names.has(v) || names.has(module + "weight")) continue;
      names.source[module + "weight"] = weight_of(*names.take(g), *names.take(v));
      names.renamed.push_back({g + " and " + v, module + "weight"});
    }
  }
}

void settle_head(Translation& names, bool with_mean) {
  if (const std::optional<Family> family = family_of(names.tensors))
    Head(names, *family, with_mean).settle();
  TensorMap plain;
  for (auto& [name, tensor] : names.source) plain.insert_or_assign(told(name), tensor);
  names.source = std::move(plain);
}

}  // namespace vit
