#include "vit/config/yaml_key_names.h"

#include <algorithm>
#include <array>
#include <utility>

#include "vit/core/fields.h"
#include "vit/core/str.h"

namespace vit {
namespace {

/// What other tools (timm, transformers, torchvision, Lightning, YOLO, DeiT) call an option, and
/// our name for it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 69> kOtherNames{{
    {"accumulate_grad_batches", "grad_accum_steps"},
    {"arch", "name"},
    {"architecture", "name"},
    {"auto_augment", "aa"},
    {"base_lr", "lr"},
    {"batch", "batch_size"},
    {"batchsize", "batch_size"},
    {"blr", "lr"},
    {"bs", "batch_size"},
    {"checkpoint", "weights"},
    {"classes", "num_classes"},
    {"clip_grad_norm", "clip_grad"},
    {"cutmix_alpha", "cutmix"},
    {"data_dir", "root"},
    {"data_path", "root"},
    {"dataset", "data"},
    {"dim", "embed_dim"},
    {"drop", "drop_rate"},
    {"drop_path", "drop_path_rate"},
    {"dropout", "drop_rate"},
    {"ema", "model_ema"},
    {"ema_decay", "model_ema"},
    {"erasing", "reprob"},
    {"grad_clip", "clip_grad"},
    {"gradient_accumulation_steps", "grad_accum_steps"},
    {"gradient_clip_val", "clip_grad"},
    {"heads", "num_heads"},
    {"hidden_size", "embed_dim"},
    {"horizontal_flip", "hflip"},
    {"image_size", "img_size"},
    {"imgsz", "img_size"},
    {"in_channels", "in_chans"},
    {"input_size", "img_size"},
    {"label_smoothing", "smoothing"},
    {"layers", "depth"},
    {"learning_rate", "lr"},
    {"learnrate", "lr"},
    {"llrd", "layer_decay"},
    {"lr0", "lr"},
    {"lr_scheduler", "sched"},
    {"lr_scheduler_type", "sched"},
    {"max_epochs", "epochs"},
    {"max_grad_norm", "clip_grad"},
    {"mixed_precision", "amp"},
    {"mixup_alpha", "mixup"},
    {"n_epochs", "epochs"},
    {"nb_classes", "num_classes"},
    {"num_attention_heads", "num_heads"},
    {"num_channels", "in_chans"},
    {"num_epochs", "epochs"},
    {"num_hidden_layers", "depth"},
    {"num_labels", "num_classes"},
    {"num_layers", "depth"},
    {"num_train_epochs", "epochs"},
    {"num_workers", "workers"},
    {"optimizer", "opt"},
    {"optimiser", "opt"},
    {"per_device_train_batch_size", "batch_size"},
    {"precision", "amp"},
    {"pretrained", "weights"},
    {"pretrained_weights", "weights"},
    {"random_erasing", "reprob"},
    {"resolution", "img_size"},
    {"scheduler", "sched"},
    {"stochastic_depth", "drop_path_rate"},
    {"train_batch_size", "batch_size"},
    {"warmup", "warmup_epochs"},
    {"warmup_steps", "warmup_epochs"},
    {"wd", "weight_decay"},
}};

/// What other tools call a section, and our name for it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kOtherSections{{
    {"augmentation", "augment"},
    {"augmentations", "augment"},
    {"dataset", "data"},
    {"datasets", "data"},
    {"lr_scheduler", "schedule"},
    {"network", "model"},
    {"optimiser", "optim"},
    {"optimizer", "optim"},
    {"pretrained", "init"},
    {"scheduler", "schedule"},
    {"trainer", "train"},
    {"training", "train"},
    {"transform", "augment"},
    {"transforms", "augment"},
}};

std::string_view our_section(std::string_view other) {
  for (const auto& [theirs, ours] : kOtherSections)
    if (theirs == other) return ours;
  return {};
}

std::string_view our_name(std::string_view other) {
  for (const auto& [theirs, ours] : kOtherNames)
    if (theirs == other) return ours;
  return {};
}

std::string did_you_mean(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 3;
  std::string text = "did you mean ";
  const std::size_t count = std::min(names.size(), kMost);
  for (std::size_t i = 0; i < count; ++i)
    text += (i == 0 ? "" : i + 1 == count ? " or " : ", ") + names[i];
  return text + "?";
}

}  // namespace

std::vector<std::string> YamlKeyNames::paths_ending_in(std::string_view name) const {
  std::vector<std::string> found;
  for (const std::string& path : paths_) {
    const std::size_t dot = path.rfind('.');
    if (std::string_view(path).substr(dot == std::string::npos ? 0 : dot + 1) == name)
      found.push_back(path);
  }
  return found;
}

std::vector<std::string> YamlKeyNames::meant_by(std::string_view word) const {
  std::string key(word);
  std::replace(key.begin(), key.end(), '-', '_');
  if (paths_.contains(key)) return {key};
  const std::size_t dot = key.rfind('.');
  const std::string section = dot == std::string::npos ? "" : key.substr(0, dot + 1);
  const std::string last = dot == std::string::npos ? key : key.substr(dot + 1);
  const std::string ours(our_name(last));
  if (!ours.empty() && paths_.contains(section + ours)) return {section + ours};
  std::vector<std::string> found = paths_ending_in(last);
  if (found.empty() && !ours.empty()) found = paths_ending_in(ours);
  const auto depth = [](const std::string& path) {
    return std::count(path.begin(), path.end(), '.');
  };
  const auto nearest_top = std::min_element(
      found.begin(), found.end(),
      [&](const auto& one, const auto& other) { return depth(one) < depth(other); });
  if (nearest_top == found.end()) return {};
  const auto least = depth(*nearest_top);
  std::erase_if(found, [&](const std::string& path) { return depth(path) > least; });
  return found;
}

std::string YamlKeyNames::suggest(std::string_view section, std::string_view key,
                                  const std::vector<std::string>& known, bool mapping) const {
  if (const std::string_view ours = our_section(key);
      mapping && std::find(known.begin(), known.end(), ours) != known.end())
    return did_you_mean({std::string(ours)});
  if (key == "pretrained" && paths_.contains("init.weights"))
    return "did you mean init.weights? `vit weights fetch NAME` gets pretrained weights, and tells "
           "what to write there";
  const std::string_view ours = our_name(key);
  if (std::find(known.begin(), known.end(), ours) != known.end())
    return did_you_mean({std::string(ours)});
  if (const auto elsewhere = paths_ending_in(key); !elsewhere.empty())
    return did_you_mean(elsewhere);
  if (!ours.empty())
    if (const auto elsewhere = paths_ending_in(ours); !elsewhere.empty())
      return did_you_mean(elsewhere);
  if (const std::string near = nearest(key, known); !near.empty()) return did_you_mean({near});

  if (known.empty()) return str(section, " has no options");
  std::string list;
  for (const std::string& name : known) list += (list.empty() ? "" : ", ") + name;
  return str(section.empty() ? "the keys here" : str("the keys of ", section), ": ", list);
}

}  // namespace vit
