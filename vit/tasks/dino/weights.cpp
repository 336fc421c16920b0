#include "vit/tasks/dino/weights.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "vit/core/error.h"
#include "vit/tasks/backbone_network.h"
#include "vit/tasks/whole_weights.h"
#include "vit/weights/load.h"
#include "vit/weights/naming/unwrapping.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

constexpr std::array<std::string_view, 2> kHeadNames = {"head.", "dino_head."};
/// What torch.nn.utils.parametrizations.weight_norm calls length and direction.
constexpr std::array kParametrised = {
    NameRule{"last_layer.parametrizations.weight.original0", "last_layer.weight_g"},
    NameRule{"last_layer.parametrizations.weight.original1", "last_layer.weight_v"}};

/// A student or a teacher under the names of DINO's repository.
struct Side {
  TensorMap backbone, head;
  torch::Tensor mask_token;  // undefined where nothing is masked
  [[nodiscard]] bool whole() const {
    return !backbone.empty() && head.contains("last_layer.weight_v");
  }
};

Side side_of(TensorMap tensors, const std::string& where) {
  Translation names(std::move(tensors));
  unwrap(names);
  Side side;
  side.backbone = take_below(names.source, "backbone.");
  for (const std::string_view name : kHeadNames)
    if (side.head.empty()) side.head = take_below(names.source, name);
  for (const NameRule& rule : kParametrised)
    if (auto found = side.head.extract(std::string(rule.from))) {
      found.key() = std::string(rule.to);
      side.head.insert(std::move(found));
    }
  if (const auto token = side.backbone.find("mask_token"); token != side.backbone.end())
    side.mask_token = token->second.flatten();
  if (std::any_of(names.source.begin(), names.source.end(),
                  [](const auto& entry) { return entry.first.starts_with("ibot_head."); }))
    throw Error(ErrorKind::weights, where,
                "has a head for masked patches of its own (ibot_head), and here both losses share "
                "one",
                "set init.reset_head to start from its backbone");
  return side;
}

struct DinoFile {
  std::string format;
  Side teacher;
  std::optional<Side> student;
  torch::Tensor dino_centre, ibot_centre;  // [K], undefined where the file has none
};

torch::Tensor centre_in(const TensorMap& tensors, const std::string& name) {
  const auto found = tensors.find(name);
  return found == tensors.end() ? torch::Tensor() : found->second.flatten();
}

/// What is in a file; nothing where that is no student with a teacher, and no teacher with a head.
std::optional<DinoFile> read_dino(const std::filesystem::path& path) {
  StateDict file = read_state_dict(path);
  DinoFile found{file.format, {}, std::nullopt, {}, {}};
  const std::string where = path.string();
  const auto has = [&](const char* part) {
    return std::find(file.choices.begin(), file.choices.end(), part) != file.choices.end();
  };
  if (file.part == "teacher") {
    found.teacher = side_of(std::move(file.tensors), where);
    if (has("student")) found.student = side_of(read_state_dict(path, "student").tensors, where);
    if (has("dino_loss"))
      found.dino_centre = centre_in(read_state_dict(path, "dino_loss").tensors, "center");
  } else {
    TensorMap all = std::move(file.tensors);
    found.dino_centre = centre_in(all, "dino_loss.center");
    found.ibot_centre = centre_in(all, "ibot_patch_loss.center");
    found.teacher = side_of(take_below(all, "teacher."), where);
    if (TensorMap student = take_below(all, "student."); !student.empty())
      found.student = side_of(std::move(student), where);
  }
  if (!found.teacher.whole()) return std::nullopt;
  return found;
}

/// The encoder of a side, as weights of a model of images are read.
WeightsFile backbone_file(TensorMap tensors, const DinoFile& file,
                          const std::filesystem::path& path, const std::string& part) {
  return {path, file.format, part, {}, to_timm(std::move(tensors), path.string())};
}

using Pairs = std::vector<std::pair<torch::Tensor, torch::Tensor>>;

/// Pairs each tensor of `head` with that of the file; says what does not fit.
void pair_head(const torch::nn::Module& head, const TensorMap& given, const std::string& prefix,
               Pairs& pairs, LoadReport& report, std::string& problems) {
  const auto match = [&](const std::string& name, const torch::Tensor& own) {
    const auto theirs = given.find(name);
    if (theirs == given.end())
      problems += "\n  " + prefix + name + ": not in the file";
    else if (theirs->second.sizes() != own.sizes())
      problems += vit::str("\n  ", prefix, name, ": the network has ", own.sizes(), ", the file ",
                           theirs->second.sizes());
    else
      pairs.emplace_back(own, theirs->second);
    report.matched.push_back(prefix + name);
  };
  TensorMap own;
  for (const auto& item : head.named_parameters()) own.emplace(item.key(), item.value());
  for (const auto& item : head.named_buffers()) own.emplace(item.key(), item.value());
  for (const auto& [name, tensor] : own) match(name, tensor);
  for (const auto& [name, tensor] : given)
    if (!own.contains(name)) problems += "\n  " + prefix + name + ": not in the network";
}

void require_read(const std::optional<DinoFile>& file, const std::filesystem::path& path) {
  if (!file)
    throw Error(ErrorKind::weights, path.string(), "has no teacher with a projection head",
                "name a run of task: dino, or start one from these weights (init.weights)");
}

}  // namespace

bool is_dino_checkpoint(const std::filesystem::path& weights) {
  if (has_parts(weights, {"backbone.", "teacher.head."})) return true;
  try {
    return read_dino(weights).has_value();
  } catch (const Error&) {
    return false;  // whoever loads it says why
  }
}

void take_head_from(const std::filesystem::path& weights, DinoHeadOptions& head) {
  const auto file = read_dino(weights);
  if (!file) return;
  const TensorMap& tensors = file->teacher.head;
  const auto size = [&](const std::string& name, std::int64_t axis, std::int64_t otherwise) {
    const auto found = tensors.find(name);
    return found == tensors.end() || found->second.dim() != 2 ? otherwise
                                                              : found->second.size(axis);
  };
  head.out_dim = size("last_layer.weight_v", 0, head.out_dim);
  head.bottleneck_dim = size("last_layer.weight_v", 1, head.bottleneck_dim);
  head.hidden_dim = size("mlp.0.weight", 0, head.hidden_dim);
  head.use_bn = tensors.contains("mlp.1.running_mean");
  head.nlayers = std::count_if(tensors.begin(), tensors.end(), [](const auto& entry) {
    return entry.first.starts_with("mlp.") && entry.first.ends_with(".weight") &&
           entry.second.dim() == 2;
  });
}

LoadReport load_dino(DinoNetwork& network, const std::filesystem::path& weights) {
  if (has_parts(weights, {"backbone.", "teacher.head."})) return load_all(network, weights);
  auto file = read_dino(weights);
  require_read(file, weights);
  Side student = file->student ? std::move(*file->student) : file->teacher;
  LoadReport report;
  Pairs pairs;
  std::string problems;
  pair_head(*network.head, student.head, "head.", pairs, report, problems);
  pair_head(*network.teacher_head, file->teacher.head, "teacher.head.", pairs, report, problems);
  if (network.mask_token.defined() && student.mask_token.defined() &&
      student.mask_token.sizes() == network.mask_token.sizes())
    pairs.emplace_back(network.mask_token, student.mask_token);
  const auto centre = [&](const std::shared_ptr<KeptCentre>& own, const torch::Tensor& theirs,
                          const char* name) {
    if (!own || !theirs.defined()) return;
    if (own->center.sizes() == theirs.sizes())
      pairs.emplace_back(own->center, theirs);
    else
      problems += vit::str("\n  ", name, ".center: the network has ", own->center.sizes(),
                           ", the file ", theirs.sizes());
  };
  centre(network.dino_centre, file->dino_centre, "dino_loss");
  centre(network.ibot_centre, file->ibot_centre, "ibot_patch_loss");
  if (!problems.empty())
    throw Error(ErrorKind::weights, weights.string(),
                "its projection head is another one:" + problems,
                "set task.head.* as they were, or init.reset_head to start from the backbone");
  const LoadReport of_student = load_weights(
      network.backbone(), backbone_file(std::move(student.backbone), *file, weights, "student"));
  const LoadReport of_teacher =
      load_weights(network.teacher(),
                   backbone_file(std::move(file->teacher.backbone), *file, weights, "teacher"));
  const torch::NoGradGuard no_grad;
  for (auto& [own, given] : pairs) own.copy_(given);
  report.format = of_student.format;
  report.convention = of_student.convention;
  for (const LoadReport* part : {&of_student, &of_teacher}) {
    report.matched.insert(report.matched.end(), part->matched.begin(), part->matched.end());
    report.dropped.insert(report.dropped.end(), part->dropped.begin(), part->dropped.end());
  }
  // That is what has been loaded beside it.
  std::erase_if(report.dropped, [](const Translation::Dropped& dropped) {
    return dropped.name.find("mask_token") != std::string::npos;
  });
  return report;
}

LoadReport load_dino_backbone(DinoNetwork& network, const std::filesystem::path& weights) {
  LoadReport report;
  if (auto file = read_dino(weights)) {
    report = load_weights(network.backbone(), backbone_file(std::move(file->teacher.backbone),
                                                            *file, weights, "teacher"));
    for (const auto& [name, tensor] : file->teacher.head)
      report.dropped.push_back({"head." + name, "a new head is trained"});
  } else {  // one of our own
    WholeWeights all = read_whole_weights(weights);
    WholeWeights teacher = all;
    teacher.tensors = all.take("teacher.");
    report = load_backbone(network.backbone(), std::move(teacher));
  }
  network.copy_teacher();
  return report;
}

}  // namespace vit
