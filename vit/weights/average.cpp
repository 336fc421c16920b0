#include "vit/weights/average.h"

#include <torch/utils.h>

#include <limits>

#include "vit/core/error.h"
#include "vit/core/text.h"
#include "vit/weights/quantised.h"
#include "vit/weights/state_dict.h"
#include "vit/weights/weights_path.h"

namespace vit {
namespace {

/// What of a file is averaged.
TensorMap weights_of(const std::filesystem::path& named) {
  constexpr std::string_view kAverage = "ema/";
  const std::filesystem::path path = weights_path(named.string());
  StateDict file = read_state_dict(path);
  refuse_quantised(file, path);
  TensorMap weights, averages;
  for (auto& [name, tensor] : file.tensors) {
    if (name.starts_with(kAverage))
      averages.emplace(name.substr(kAverage.size()), tensor);
    else if (!name.starts_with("optim/") && !name.starts_with("lora/"))
      weights.emplace(name, tensor);
  }
  for (auto& [name, tensor] : averages) weights.insert_or_assign(name, tensor);
  return weights;
}

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& what) {
  throw Error(ErrorKind::weights, printable_path(file), what,
              "only files of one model can be averaged");
}

}  // namespace

TensorMap average_weights(const std::vector<std::filesystem::path>& files) {
  if (files.size() < 2)
    throw Error(ErrorKind::usage, "weights average", "there is nothing to average",
                "name two files or more");
  const torch::NoGradGuard no_grad;
  TensorMap sums, first = weights_of(files.front());
  for (const auto& [name, tensor] : first) sums.emplace(name, tensor.to(torch::kFloat64));
  for (std::size_t i = 1; i < files.size(); ++i) {
    const TensorMap weights = weights_of(files[i]);
    for (const auto& [name, tensor] : weights) {
      const auto sum = sums.find(name);
      if (sum == sums.end())
        fail(files[i],
             vit::str("tensor ", in_quotes(name), " is not in ", printable_path(files[0])));
      if (sum->second.sizes() != tensor.sizes())
        fail(files[i], vit::str("tensor ", in_quotes(name), " has the shape ", tensor.sizes(),
                                ", in ", printable_path(files[0]), " ", sum->second.sizes()));
      sum->second.add_(tensor.to(torch::kFloat64));
    }
    for (const auto& [name, sum] : sums)
      if (!weights.contains(name)) fail(files[i], vit::str("it has no tensor ", in_quotes(name)));
  }
  constexpr double kMost = std::numeric_limits<float>::max();
  TensorMap means;
  for (auto& [name, sum] : sums) {
    sum.div_(static_cast<double>(files.size()));
    const torch::Tensor& like = first.at(name);
    means.emplace(name, like.is_floating_point() ? sum.clamp(-kMost, kMost).to(torch::kFloat32)
                                                 : sum.floor().to(like.scalar_type()));
  }
  return means;
}

}  // namespace vit
