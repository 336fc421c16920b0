#include "vit/config/probe.h"

#include <torch/utils.h>

#include "vit/config/config_difference.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/error.h"
#include "vit/io/checksum.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

struct Unhonoured {
  std::string_view key;  // or what keys begin with
  std::string_view why;
};
constexpr std::string_view kOneView =
    "features are computed once, of images as evaluation sees them";
constexpr std::string_view kBodyIsFixed = "all but the head stays as it is";
constexpr Unhonoured kUnhonoured[] = {
    {"augment.", kOneView},
    {"data.aug_repeats", kOneView},
    {"data.decode", kOneView},
    {"schedule.img_size", kOneView},
    {"task.distillation.", kOneView},
    {"task.jsd_", kOneView},
    {"lora.", kBodyIsFixed},
    {"optim.layer_decay", kBodyIsFixed},
    {"schedule.drop_path_", kBodyIsFixed},
    {"train.grad_checkpointing", kBodyIsFixed},
    {"train.unfreeze_epoch", kBodyIsFixed},
};

/// Why a key has no say in a linear probe; "": it has.
std::string_view unhonoured(const Experiment& experiment, const ConfigChange& change) {
  if (change.key == "augment.train" && experiment.augment.train.size() == 0) return {};  // it does
  for (const Unhonoured& entry : kUnhonoured)
    if (change.key.starts_with(entry.key)) return entry.why;
  if (change.key.starts_with("model.") && change.key.find("drop") != std::string::npos)
    return kBodyIsFixed;
  if (change.key == "task.loss" && experiment.task.options.loss == "jsd") return kOneView;
  if (change.key == "optim.clip_mode" && experiment.optim.clip_mode == "agc")
    return "agc leaves the head out, and nothing else learns";
  return {};
}

}  // namespace

void check_probe(const Experiment& experiment) {
  Experiment defaults;
  defaults.model = model_spec(experiment.model.name);
  std::string first, list;
  for (const ConfigChange& change : config_changes(defaults, experiment)) {
    const std::string_view why = unhonoured(experiment, change);
    if (why.empty()) continue;
    if (first.empty()) first = change.key;
    list += str("\n  ", change.key, ": ", change.now, " (", why, ")");
  }
  if (!list.empty())
    throw Error(
        ErrorKind::usage, first, "linear_probe cannot do what these options ask for:" + list,
        "leave them at their defaults (augment.train: [] says the same as the default here), "
        "or train with task.name: classify and train.freeze");
}

std::string feature_key(const Experiment& experiment, ImageModel& body) {
  Experiment relevant;
  relevant.model = experiment.model;
  relevant.data = experiment.data;
  relevant.data.workers = 0;
  relevant.data.batch_size = 1;
  Crc32 crc;
  for (const auto& item : body.module().named_parameters())
    crc.update(bytes_of(item.value().detach().to(torch::kCPU).contiguous()));
  for (const auto& item : body.module().named_buffers())
    crc.update(bytes_of(item.value().detach().to(torch::kCPU).contiguous()));
  return experiment_yaml(relevant) + "weights: " + crc.hex() + "\namp: " + experiment.train.amp +
         "\n";
}

std::filesystem::path feature_file(const Experiment& experiment, const std::string& key,
                                   const std::string& split) {
  Crc32 crc;
  crc.update(std::as_bytes(std::span(key)));
  return std::filesystem::path("runs/.features") /
         (experiment.model.name + "-" + experiment.data.set.name + "-" + crc.hex() + "-" + split +
          ".safetensors");
}

void copy_weights(ImageModel& from, ImageModel& to) {
  const torch::NoGradGuard no_grad;
  const auto copy = [](const auto& source, auto target) {
    for (auto& item : target)
      if (const torch::Tensor* tensor = source.find(item.key()))
        if (tensor->sizes() == item.value().sizes()) item.value().copy_(*tensor);
  };
  copy(from.module().named_parameters(), to.module().named_parameters());
  copy(from.module().named_buffers(), to.module().named_buffers());
}

}  // namespace vit
