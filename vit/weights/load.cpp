#include "vit/weights/load.h"

#include <torch/utils.h>

#include <map>
#include <sstream>

#include "vit/core/error.h"
#include "vit/weights/tensors.h"

namespace vit {
namespace {

constexpr std::string_view kOptimizerPrefix = "optim/";

std::map<std::string, torch::Tensor> state_dict(ImageModel& model) {
  std::map<std::string, torch::Tensor> tensors;
  for (const auto& item : model.module().named_parameters()) tensors[item.key()] = item.value();
  for (const auto& item : model.module().named_buffers()) tensors[item.key()] = item.value();
  return tensors;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
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

[[noreturn]] void refuse(const LoadReport& report, const std::filesystem::path& path,
                         const std::string& classifier) {
  std::ostringstream out;
  out << "the weights do not fit the model (" << report.summary() << ")";
  append_list(out, "missing in the file", report.missing);
  append_list(out, "unexpected in the file", report.unexpected);
  bool only_head = report.missing.empty() && report.unexpected.empty();
  for (const LoadReport::Mismatch& mismatch : report.mismatched) {
    out << "\n  " << mismatch.name << ": the model has " << mismatch.expected << ", the file "
        << mismatch.found;
    only_head = only_head && mismatch.name.starts_with(classifier + ".");
  }
  throw Error(ErrorKind::weights, path.string(), out.str(),
              only_head
                  ? "the head is for other classes: set init.reset_head: true to train a new one"
                  : "choose the model that these weights are for (model.name and its options)");
}

}  // namespace

std::string LoadReport::summary() const {
  std::string text = vit::str(matched.size(), " tensors matched");
  const auto add = [&](std::size_t count, const char* what) {
    if (count > 0) text += vit::str(", ", count, " ", what);
  };
  add(reset.size(), "reset");
  add(missing.size(), "missing");
  add(unexpected.size(), "unexpected");
  add(mismatched.size(), "of another shape");
  return text;
}

LoadReport load_weights(ImageModel& model, const std::filesystem::path& path,
                        const LoadOptions& options) {
  const SafetensorsFile file = SafetensorsFile::open(path);
  const std::map<std::string, torch::Tensor> targets = state_dict(model);
  const std::string classifier = model.classifier();
  const auto of_head = [&](const std::string& name) { return name.starts_with(classifier + "."); };

  LoadReport report;
  for (const auto& [name, target] : targets) {
    const TensorInfo* info = file.find(name);
    if (options.reset_head && of_head(name))
      report.reset.push_back(name);
    else if (info == nullptr)
      report.missing.push_back(name);
    else if (target.sizes() != at::IntArrayRef(info->shape))
      report.mismatched.push_back(
          {name, shape_text(target.sizes().vec()), shape_text(info->shape)});
    else
      report.matched.push_back(name);
  }
  for (const TensorInfo& info : file.tensors()) {
    if (info.name.starts_with(kOptimizerPrefix) || targets.contains(info.name)) continue;
    if (options.reset_head && of_head(info.name)) continue;
    report.unexpected.push_back(info.name);
  }
  if (!report.complete()) refuse(report, path, classifier);

  torch::NoGradGuard no_grad;
  for (const std::string& name : report.matched)
    targets.at(name).copy_(read_tensor(file, file.at(name)));
  return report;
}

}  // namespace vit
