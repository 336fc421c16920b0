#include "vit/weights/load.h"

#include <torch/utils.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "vit/core/error.h"
#include "vit/core/join.h"
#include "vit/weights/adapter.h"
#include "vit/weights/fit.h"
#include "vit/weights/quantised.h"
#include "vit/weights/rotary_tables.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

void append_list(std::ostringstream& out, std::string_view what,
                 const std::vector<std::string>& names) {
  if (!names.empty()) out << "\n  " << names.size() << " " << what << ": " << first_names(names);
}

/// Names of one and the same tensor: a file that has the second, for a model that has the first.
/// DeiT-III and timm's Eva call LayerScale so; DeiT's second token is a register without its head.
constexpr std::array kSame = {
    NameRule{"blocks.*.gamma_1", "blocks.*.ls1.gamma"},
    NameRule{"blocks.*.gamma_2", "blocks.*.ls2.gamma"},
    NameRule{"blocks.*.ls1.gamma", "blocks.*.gamma_1"},
    NameRule{"blocks.*.ls2.gamma", "blocks.*.gamma_2"},
    NameRule{"dist_token", "reg_token"},
};

/// Whether `tensor` could stand in the place of `target`: of its kind, and alone in its memory (the
/// second of two tied tensors no longer is).
bool could_be(const torch::Tensor& target, const torch::Tensor& tensor) {
  return tensor.scalar_type() == target.scalar_type() && tensor.device() == target.device() &&
         tensor.strides() == target.strides() && tensor.storage().use_count() == 1 &&
         tensor.storage().nbytes() == tensor.nbytes();
}

/// One load: decides about every tensor first, and copies when all is decided.
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
    for (const auto& [name, target] : targets_)
      if (!tensors_.contains(name)) find_by_other_name(name);
  }

  /// `takes`: nobody else is going to use the file's tensors.
  LoadReport run(bool takes) {
    for (const auto& [name, target] : targets_) decide(name, target);
    for (const auto& [name, tensor] : tensors_)
      if (!targets_.contains(name)) decide_extra(name);
    for (const auto& [name, tensor] : file_.weights.names.source) decide_leftover(name);
    if (!report_.complete() || !unfit_head_.empty()) refuse();
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

  void find_by_other_name(const std::string& name) {
    for (const NameRule& rule : kSame) {
      const std::optional<std::string> other = other_name(rule, name);
      const auto found =
          other && !targets_.contains(*other) ? tensors_.find(*other) : tensors_.end();
      if (found == tensors_.end()) continue;
      report_.renamed.push_back({*other, name});
      tensors_[name] = found->second;
      tensors_.erase(found);
      return;
    }
  }

  void decide(const std::string& name, const torch::Tensor& target) {
    const auto found = tensors_.find(name);
    if (options_.reset_head && (of_head(name) || new_norm(name))) {
      report_.reset.push_back(name);
    } else if (found == tensors_.end()) {
      decide_missing(name, target);
    } else if (target.is_floating_point() && !found->second.is_floating_point()) {
      // Integers are no weights: quantised ones without their scales.
      report_.mismatched.push_back(
          {name, c10::toString(target.scalar_type()), c10::toString(found->second.scalar_type())});
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

  /// One whole number: steps, epochs, averaged models.
  [[nodiscard]] static bool is_counter(const torch::Tensor& tensor) {
    return tensor.numel() == 1 && at::isIntegralType(tensor.scalar_type(), /*includeBool=*/false);
  }

  /// A vector that is no layer's weight or bias and has no length of the model's: nothing of the
  /// model could have been computed with it (a user's own list of numbers beside the weights).
  [[nodiscard]] bool is_stray(const std::string& name, const torch::Tensor& tensor) const {
    if (tensor.dim() > 1 || name.ends_with("weight") || name.ends_with("bias")) return false;
    return std::none_of(targets_.begin(), targets_.end(), [&](const auto& target) {
      const at::IntArrayRef sizes = target.second.sizes();
      return std::find(sizes.begin(), sizes.end(), tensor.numel()) != sizes.end();
    });
  }

  void decide_extra(const std::string& name) {
    if (of_head(name) && options_.reset_head)
      report_.dropped.push_back({name, "the head is reset"});
    else if (of_head(name) && model_.num_classes() == 0 && !options_.needs_head)
      leave_head_out(name);
    else if (name.starts_with("norm.") && options_.reset_head && new_norm("fc_norm.weight"))
      report_.dropped.push_back({name, "the model normalises after pooling (fc_norm)"});
    else if (is_counter(tensors_.at(name)))
      report_.dropped.push_back({name, "a counter, which nothing is computed from"});
    else if (is_stray(name, tensors_.at(name)))
      report_.dropped.push_back(
          {name, "no weight of a layer, and of no length that the model has"});
    else if (const auto own = is_own_rotary_table(name, tensors_.at(name), model_))
      *own ? report_.dropped.push_back({name, "computed by the model, with the same numbers"})
           : report_.mismatched.push_back({name, "the rotary table of its options", "another one"});
    else
      report_.unexpected.push_back(name);
  }

  /// A tensor that has no name of timm's: of a classifier that no model here has, or unknown.
  void decide_leftover(const std::string& name) {
    const std::vector<std::string>& heads = file_.weights.names.heads;
    if (std::find(heads.begin(), heads.end(), name) == heads.end())
      report_.unexpected.push_back(name);
    else if (options_.reset_head)
      report_.dropped.push_back({name, "the head is reset"});
    else if (model_.num_classes() == 0 && !options_.needs_head)
      leave_head_out(name);
    else
      unfit_head_.push_back(name);
  }

  void leave_head_out(const std::string& name) {
    report_.dropped.push_back({name, "the model has no head (num_classes: 0)"});
    report_.head_left_out = true;
  }

  [[nodiscard]] Size2 patch_size() const {
    const auto found = targets_.find("patch_embed.proj.weight");
    if (found == targets_.end() || found->second.dim() != 4) return {1, 1};
    return {found->second.size(2), found->second.size(3)};
  }

  [[nodiscard]] std::string remedy() const {
    if (!unfit_head_.empty())
      return "set init.reset_head: true to train a new head, or model.num_classes: 0 for features "
             "alone; a head that is to be computed must be one linear layer behind pooling";
    const auto all_of_head = [&](const auto& list, auto name_of) {
      return std::all_of(list.begin(), list.end(),
                         [&](const auto& each) { return of_head(name_of(each)); });
    };
    const auto itself = [](const std::string& name) { return name; };
    const bool only_head =
        all_of_head(report_.missing, itself) && all_of_head(report_.unexpected, itself) &&
        all_of_head(report_.mismatched, [](const LoadReport::Mismatch& each) { return each.name; });
    return only_head ? remedy_of_head() : remedy_of_model();
  }

  [[nodiscard]] std::string remedy_of_head() const {
    const std::string weight = classifier_ + "weight";
    const auto in_file = tensors_.find(weight), in_model = targets_.find(weight);
    if (in_model == targets_.end() && in_file != tensors_.end())
      return vit::str("the file has a classifier, and the model has none: set model.num_classes: ",
                      in_file->second.size(0), ", or 0 for features alone");
    if (!report_.missing.empty() && report_.mismatched.empty())
      return "the file is a backbone without a head: set init.reset_head: true to train a new one, "
             "or model.num_classes: 0 for features";
    if (in_file != tensors_.end() && in_model != targets_.end() && in_file->second.dim() == 2 &&
        in_file->second.size(1) != in_model->second.size(1)) {
      const std::int64_t reads = in_file->second.size(1), gets = in_model->second.size(1);
      const std::string widths = vit::str("the file's head reads ", reads,
                                          " numbers, and this model gives it ", gets, ": ");
      return widths + (reads == 2 * gets ? "model.global_pool: token_avg gives it the class token "
                                           "beside the patches' mean, as DINOv2's has it"
                                         : "set init.reset_head: true to train a new one");
    }
    return "the head is for other classes: set init.reset_head: true to train a new one";
  }

  [[nodiscard]] std::string remedy_of_model() const {
    if (new_norm("fc_norm.weight"))
      return "the file normalises before pooling: set model.fc_norm: false, or init.reset_head: "
             "true to train a new norm and head";
    if (options_.recognised)
      return "the file is of an architecture that no model here has; `vit weights show` lists what "
             "is in it";
    return "leave model.name out (or --model auto) to have the model found that these weights are "
           "for; `vit weights show` lists what is in the file";
  }

  [[noreturn]] void refuse() const {
    std::ostringstream out;
    out << "the weights (names of " << report_.convention << ") do not fit the model ("
        << report_.counts() << ")";
    append_list(out, "of a head that no model here has", unfit_head_);
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
  TensorMap tensors_;  ///< of the file, under timm's names
  TensorMap targets_;  ///< of the model
  TensorMap copies_;
  LoadReport report_;
  std::vector<std::string> unfit_head_;
};

}  // namespace

WeightsFile open_weights(const std::filesystem::path& named) {
  std::filesystem::path path = weights_path(named.string());
  StateDict file;
  if (is_adapter(path)) {
    MergedAdapter merged = merge_adapter(path);
    file = std::move(merged.state);
    path = std::move(merged.base);  // whose config.json says what the model is
  } else {
    file = read_state_dict(path);
  }
  refuse_quantised(file, path);
  NamedWeights weights = to_timm(std::move(file.tensors), path.string());
  return {std::move(path), file.format, file.part, std::move(file.metadata), std::move(weights)};
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
