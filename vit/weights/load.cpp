#include "vit/weights/load.h"

#include <torch/utils.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "vit/core/error.h"
#include "vit/weights/fit.h"
#include "vit/weights/state_dict.h"

namespace vit {
namespace {

std::string shape_text(at::IntArrayRef shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + "]";
}

void append_list(std::ostringstream& out, std::string_view what,
                 const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 20;
  if (names.empty()) return;
  out << "\n  " << names.size() << " " << what << ":";
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    out << (i ? ", " : " ") << names[i];
  if (names.size() > kShown) out << ", … (" << names.size() - kShown << " more)";
}

/// One load: decides about every tensor first, and copies when all is decided.
/// Whether `tensor` could stand in the place of `target`: of its kind, and alone in its memory (the
/// second of two tied tensors no longer is).
bool could_be(const torch::Tensor& target, const torch::Tensor& tensor) {
  return tensor.scalar_type() == target.scalar_type() && tensor.device() == target.device() &&
         tensor.strides() == target.strides() && tensor.storage().use_count() == 1 &&
         tensor.storage().nbytes() == tensor.nbytes();
}

class Loading {
 public:
  Loading(ImageModel& model, const WeightsFile& file, const LoadOptions& options)
      : model_(model),
        file_(file),
        options_(options),
        classifier_(model.classifier() + "."),
        tensors_(file.weights.names.tensors) {
    for (const auto& item : model.module().named_parameters()) targets_[item.key()] = item.value();
    for (const auto& item : model.module().named_buffers()) targets_[item.key()] = item.value();
    report_.format = file.format;
    report_.part = file.part;
    report_.convention = file.weights.convention->name;
    report_.wrapper = file.weights.wrapper;
    report_.renamed = file.weights.names.renamed;
    report_.dropped = file.weights.names.dropped;
  }

  /// `takes`: nobody else is going to use the file's tensors.
  LoadReport run(bool takes) {
    for (const auto& [name, target] : targets_) decide(name, target);
    for (const auto& [name, tensor] : tensors_)
      if (!targets_.contains(name)) decide_extra(name);
    for (const auto& [name, tensor] : file_.weights.names.source)
      report_.unexpected.push_back(name);
    if (!report_.complete()) refuse();
    const torch::NoGradGuard no_grad;
    for (const auto& [name, tensor] : copies_) {
      torch::Tensor& target = targets_.at(name);
      if (takes && could_be(target, tensor))
        target.set_data(tensor);
      else
        target.copy_(tensor);
    }
    return std::move(report_);
  }

 private:
  /// The classifier, DeiT's second one, and the norm behind pooling, which fine-tuning by the mean
  /// of the tokens trains anew (He et al. 2022, appendix A.1).
  [[nodiscard]] bool of_head(const std::string& name) const {
    return name.starts_with(classifier_) || name.starts_with("head_dist.");
  }
  [[nodiscard]] bool new_norm(const std::string& name) const {
    return name.starts_with("fc_norm.") && targets_.contains("fc_norm.weight") &&
           !tensors_.contains("fc_norm.weight") && tensors_.contains("norm.weight");
  }

  void decide(const std::string& name, const torch::Tensor& target) {
    const auto found = tensors_.find(name);
    if (options_.reset_head && (of_head(name) || new_norm(name))) {
      report_.reset.push_back(name);
    } else if (found == tensors_.end()) {
      decide_missing(name, target);
    } else if (auto fitted = fit(name, found->second, target, model_, patch_size(), file_.weights,
                                 options_)) {
      report_.resampled.push_back({name, fitted->what});
      copies_[name] = std::move(fitted->tensor);
    } else if (found->second.sizes() != target.sizes()) {
      report_.mismatched.push_back(
          {name, shape_text(target.sizes()), shape_text(found->second.sizes())});
    } else {
      report_.matched.push_back(name);
      copies_[name] = found->second;
    }
  }

  void decide_missing(const std::string& name, const torch::Tensor& target) {
    // Older files do not have this counter, and nothing that is computed depends on it.
    if (name.ends_with(".num_batches_tracked")) {
      report_.reset.push_back(name);
      return;
    }
    // DINOv3's published biases are all zeros and were left out.
    const std::string joined = name.substr(0, name.rfind('.') + 1) + "qkv.bias";
    const bool zero_bias = std::any_of(report_.dropped.begin(), report_.dropped.end(),
                                       [&](const Translation::Dropped& dropped) {
                                         return dropped.name == name || dropped.name == joined;
                                       });
    if (zero_bias && name.ends_with("bias")) {
      report_.matched.push_back(name);
      copies_[name] = torch::zeros_like(target);
      return;
    }
    report_.missing.push_back(name);
  }

  void decide_extra(const std::string& name) {
    if (of_head(name) && options_.reset_head)
      report_.dropped.push_back({name, "the head is reset"});
    else if (of_head(name) && model_.num_classes() == 0)
      report_.dropped.push_back({name, "the model has no head (num_classes: 0)"});
    else if (name.starts_with("norm.") && options_.reset_head && new_norm("fc_norm.weight"))
      report_.dropped.push_back({name, "the model normalises after pooling (fc_norm)"});
    else if (!part_of_a_model(name))
      report_.dropped.push_back({name, "no model here has a part of this name"});
    else
      report_.unexpected.push_back(name);
  }

  /// Whether a model that is here could have a tensor of this name: then the file is of another
  /// model than this one, and leaving the tensor out would change what is computed.
  [[nodiscard]] static bool part_of_a_model(std::string_view name) {
    static const std::set<std::string_view> kParts = {
        "cls_token", "dist_token", "reg_token", "pos_embed", "patch_embed", "norm_pre",
        "blocks",    "norm",       "fc_norm",   "attn_pool", "head",        "head_dist",
        "rope",      "conv1",      "bn1",       "layer1",    "layer2",      "layer3",
        "layer4",    "fc",         "stem",      "stages",    "tokenizer",   "classifier"};
    return kParts.contains(name.substr(0, name.find('.')));
  }

  [[nodiscard]] Size2 patch_size() const {
    const auto found = targets_.find("patch_embed.proj.weight");
    if (found == targets_.end() || found->second.dim() != 4) return {1, 1};
    return {found->second.size(2), found->second.size(3)};
  }

  [[nodiscard]] std::string remedy() const {
    const auto all_of_head = [&](const auto& list, auto name_of) {
      return std::all_of(list.begin(), list.end(),
                         [&](const auto& each) { return of_head(name_of(each)); });
    };
    const auto itself = [](const std::string& name) { return name; };
    const bool only_head =
        all_of_head(report_.missing, itself) && all_of_head(report_.unexpected, itself) &&
        all_of_head(report_.mismatched, [](const LoadReport::Mismatch& each) { return each.name; });
    if (!only_head) {
      if (new_norm("fc_norm.weight"))
        return "the file normalises before pooling: set model.fc_norm: false, or init.reset_head: "
               "true to train a new norm and head";
      return "choose the model that these weights are for (model.name and its options)";
    }
    if (!report_.missing.empty() && report_.mismatched.empty())
      return "the file is a backbone without a head: set init.reset_head: true to train a new one, "
             "or model.num_classes: 0 for features";
    return "the head is for other classes: set init.reset_head: true to train a new one";
  }

  [[noreturn]] void refuse() const {
    std::ostringstream out;
    out << "the weights (names of " << report_.convention << ") do not fit the model ("
        << report_.summary() << ")";
    append_list(out, "missing in the file", report_.missing);
    append_list(out, "unexpected in the file", report_.unexpected);
    for (const LoadReport::Mismatch& mismatch : report_.mismatched)
      out << "\n  " << mismatch.name << ": the model has " << mismatch.expected << ", the file "
          << mismatch.found;
    throw Error(ErrorKind::weights, file_.path.string(), out.str(), remedy());
  }

  ImageModel& model_;
  const WeightsFile& file_;
  const LoadOptions& options_;
  std::string classifier_;
  const TensorMap& tensors_;  ///< of the file, under timm's names
  TensorMap targets_;         ///< of the model
  TensorMap copies_;
  LoadReport report_;
};

}  // namespace

WeightsFile open_weights(const std::filesystem::path& path) {
  StateDict file = read_state_dict(path);
  return {path, file.format, file.part, std::move(file.metadata),
          to_timm(std::move(file.tensors), path.string())};
}

LoadReport load_weights(ImageModel& model, const WeightsFile& file, const LoadOptions& options) {
  return Loading(model, file, options).run(false);
}

LoadReport load_weights(ImageModel& model, WeightsFile&& file, const LoadOptions& options) {
  return Loading(model, file, options).run(true);
}

LoadReport load_weights(ImageModel& model, const std::filesystem::path& path,
                        const LoadOptions& options) {
  return load_weights(model, open_weights(path), options);
}

}  // namespace vit
