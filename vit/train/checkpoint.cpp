#include "vit/train/checkpoint.h"

#include <torch/utils.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/image/input_spec_json.h"
#include "vit/io/checksum.h"
#include "vit/io/json.h"
#include "vit/nn/lora.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

using Json = nlohmann::json;

constexpr const char* kFormat = "vit.checkpoint";
constexpr int kVersion = 1;
constexpr const char *kOptimizerPrefix = "optim/", *kEmaPrefix = "ema/", *kLoraPrefix = "lora/";

Json to_json(const TrainingState& state) {
  Json json = {{"epoch", state.epoch},
               {"batch", state.batch},
               {"update", state.update},
               {"loss_sum", state.loss_sum},
               {"parts", state.parts},
               {"samples", state.samples},
               {"best_metric", state.best_metric ? Json(*state.best_metric) : Json()},
               {"best_epoch", state.best_epoch},
               {"metrics", state.metrics},
               {"troubles", state.troubles},
               {"grad_scale", state.scaler.scale},
               {"grad_scale_good_updates", state.scaler.good_updates}};
  if (state.schedule_shift != 0) json["schedule_shift"] = state.schedule_shift;
  return json;
}

TrainingState state_from_json(const Json& json) {
  TrainingState state;
  json.at("epoch").get_to(state.epoch);
  json.at("batch").get_to(state.batch);
  json.at("update").get_to(state.update);
  json.at("loss_sum").get_to(state.loss_sum);
  json.at("samples").get_to(state.samples);
  if (json.contains("parts"))
    json.at("parts").get_to(state.parts);
  else if (json.at("correct").get<std::int64_t>() >= 0)  // as classifiers wrote before
    state.parts["top1"] = 100.0 * json.at("correct").get<double>();
  if (!json.at("best_metric").is_null()) state.best_metric = json.at("best_metric").get<double>();
  json.at("best_epoch").get_to(state.best_epoch);
  for (const Json& metric : json.at("metrics"))  // JSON has no NaN
    state.metrics.push_back(metric.is_null() ? std::nan("") : metric.get<double>());
  json.at("troubles").get_to(state.troubles);
  state.schedule_shift = json.value("schedule_shift", std::int64_t{0});
  json.at("grad_scale").get_to(state.scaler.scale);
  json.at("grad_scale_good_updates").get_to(state.scaler.good_updates);
  if (state.epoch < 0 || state.batch < 0 || state.update < 0)
    throw Error(ErrorKind::weights, "", "negative counters");
  return state;
}

[[noreturn]] void damaged(const std::filesystem::path& path, const std::string& what) {
  throw Error(
      ErrorKind::weights, path.string(), what,
      "the file is damaged: use another checkpoint of the run (checkpoints/best.safetensors)");
}

const std::string& metadata(const SafetensorsFile& file, const std::string& key) {
  const auto found = file.metadata().find(key);
  if (found == file.metadata().end())
    throw Error(ErrorKind::weights, file.path().string(),
                "is no checkpoint of a training run: it has no metadata `" + key + "`",
                "use a file from the checkpoints/ folder of a run; for plain weights set "
                "init.weights or --weights");
  return found->second;
}

Json metadata_json(const SafetensorsFile& file, const std::string& key) {
  return parse_json(metadata(file, key), file.path().string() + ": metadata `" + key + "`",
                    ErrorKind::weights);
}

void verify_checksums(const SafetensorsFile& file) {
  const Json checksums = metadata_json(file, "checksums");
  for (const TensorInfo& info : file.tensors()) {
    const auto expected = checksums.find(info.name);
    if (expected == checksums.end())
      damaged(file.path(), "tensor " + info.name + " has no checksum");
    Crc32 crc;
    crc.update(file.read(info));
    if (crc.hex() != expected->get<std::string>())
      damaged(file.path(), "tensor " + info.name + " does not have its checksum");
  }
  if (checksums.size() != file.tensors().size()) damaged(file.path(), "tensors are missing");
}

/// The tensor as it was trained: of a layer with an adapter, not the merged one.
const TensorInfo* find_as_trained(const SafetensorsFile& file, const std::string& name) {
  const TensorInfo* info = file.find(kLoraPrefix + name);
  return info != nullptr ? info : file.find(name);
}

/// Decides about every tensor before it copies the first, so that a model keeps its weights where
/// they do not fit.
void restore_weights(const SafetensorsFile& file, Network& network) {
  std::vector<std::pair<torch::Tensor, const TensorInfo*>> pairs;
  std::string problems;
  const auto match = [&](const std::string& name, const torch::Tensor& tensor) {
    const TensorInfo* info = find_as_trained(file, name);
    if (info == nullptr)
      problems += "\n  " + name + ": not in the file";
    else if (tensor.sizes() != at::IntArrayRef(info->shape))
      problems += vit::str("\n  ", name, ": the model has ", shape_text(tensor.sizes()),
                           ", the file ", shape_text(info->shape));
    else
      pairs.emplace_back(tensor, info);
  };
  for (const auto& item : network.module().named_parameters()) match(item.key(), item.value());
  for (const auto& item : network.module().named_buffers()) match(item.key(), item.value());
  if (!problems.empty())
    throw Error(ErrorKind::weights, file.path().string(),
                "is a checkpoint of another model:" + problems,
                "resume with the model of the run, or start a new run from these weights "
                "(init.weights; with init.reset_head: true for other classes)");
  const torch::NoGradGuard no_grad;
  for (auto& [tensor, info] : pairs) tensor.copy_(read_tensor(file, *info));
}

}  // namespace

NamedTensors checkpoint_tensors(Network& network, const Optimizer& optimizer, const Ema* ema) {
  NamedTensors own;
  for (const auto& item : network.module().named_parameters())
    own.emplace_back(item.key(), item.value());
  for (const auto& item : network.module().named_buffers())
    own.emplace_back(item.key(), item.value().clone());
  const double lora_scale = vit::lora_scale(network.module());
  NamedTensors all = merged_lora(own, lora_scale);
  for (const auto& [name, tensor] : lora_tensors(own)) all.emplace_back(kLoraPrefix + name, tensor);
  if (ema != nullptr) {
    for (const auto& [name, tensor] : merged_lora(ema->tensors(), lora_scale))
      all.emplace_back(kEmaPrefix + name, tensor);
    for (const auto& [name, tensor] : lora_tensors(ema->tensors()))
      all.emplace_back(std::string(kLoraPrefix) + kEmaPrefix + name, tensor);
  }
  for (const auto& [name, tensor] : optimizer.state())
    all.emplace_back(kOptimizerPrefix + name, tensor);
  return all;
}

void write_checkpoint(const std::filesystem::path& path, const NamedTensors& tensors,
                      const CheckpointInfo& info) {
  TensorWriter writer;
  for (const auto& [name, tensor] : tensors) writer.add(name, tensor);

  Json checksums = Json::object();
  for (const auto& [name, checksum] : writer.checksums()) checksums[name] = checksum;
  writer.set_metadata("format", kFormat);
  writer.set_metadata("format_version", std::to_string(kVersion));
  writer.set_metadata("state", to_json(info.state).dump());
  writer.set_metadata("config", info.config);
  writer.set_metadata("labels", Json(info.labels).dump());
  writer.set_metadata("preprocessing", input_spec_to_json(info.preprocessing));
  writer.set_metadata("checksums", checksums.dump());
  writer.write(path);
}

bool is_checkpoint(const std::filesystem::path& path) {
  try {
    const SafetensorsFile file = SafetensorsFile::open(path);
    const auto format = file.metadata().find("format");
    return format != file.metadata().end() && format->second == kFormat;
  } catch (const Error&) {
    return false;  // whoever opens it next says why
  }
}

CheckpointInfo read_checkpoint_info(const std::filesystem::path& path) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  if (metadata(file, "format") != kFormat) damaged(path, "has an unknown format");
  if (metadata(file, "format_version") != std::to_string(kVersion))
    throw Error(ErrorKind::weights, path.string(),
                "was written by another version of vit (checkpoint format " +
                    metadata(file, "format_version") + ")",
                "use the version that wrote it");
  try {
    verify_checksums(file);
    CheckpointInfo info;
    info.state = state_from_json(metadata_json(file, "state"));
    info.config = metadata(file, "config");
    info.labels = metadata_json(file, "labels").get<std::vector<std::string>>();
    info.preprocessing = input_spec_from_json(metadata(file, "preprocessing"), path.string());
    return info;
  } catch (const Json::exception& problem) {
    damaged(path, "its metadata cannot be read: " + plain_json_message(problem));
  }
}

void restore_checkpoint(const std::filesystem::path& path, Network& network, Optimizer& optimizer,
                        Ema* ema) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  restore_weights(file, network);
  const torch::NoGradGuard no_grad;
  const auto restore = [&](const std::string& name, torch::Tensor tensor, const char* remedy) {
    const TensorInfo* info = find_as_trained(file, name);
    if (info == nullptr || tensor.sizes() != at::IntArrayRef(info->shape))
      throw Error(ErrorKind::weights, path.string(), "has no state `" + name + "` for this run",
                  remedy);
    tensor.copy_(read_tensor(file, *info));
  };
  for (const auto& [name, tensor] : optimizer.state())
    restore(
        kOptimizerPrefix + name, tensor,
        "resume with the optimizer of the run (optim.opt) and what it learns (train.freeze), or "
        "start a new run from these weights (init.weights)");
  if (ema != nullptr)
    for (const auto& [name, tensor] : ema->tensors())
      restore(kEmaPrefix + name, tensor,
              "resume with the run's own train.model_ema, or start a new run from these weights "
              "(init.weights)");
  optimizer.set_updates(state_from_json(metadata_json(file, "state")).update);
}

}  // namespace vit
