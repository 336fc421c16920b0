#include "vit/tasks/kept_features.h"

#include <torch/utils.h>

#include <algorithm>
#include <initializer_list>
#include <string_view>

namespace vit {
namespace {

/// Whether nothing but these operations is done to a training image.
bool is_made_of(const AugmentOptions& augment, std::initializer_list<std::string_view> allowed) {
  const AugmentList operations = augment.operations();
  return augment.erasing.reprob == 0 &&
         std::all_of(operations.ops().begin(), operations.ops().end(), [&](const auto& op) {
           return std::find(allowed.begin(), allowed.end(), op->name()) != allowed.end();
         });
}

}  // namespace

KeptFeatures::Maps KeptFeatures::of(
    const Batch& batch, const std::function<Maps(const torch::Tensor& images)>& compute) {
  const torch::NoGradGuard no_grad;
  const auto* indices = batch.indices.const_data_ptr<std::int64_t>();
  std::vector<const Maps*> found;
  for (std::int64_t i = 0; i < batch.size(); ++i) {
    const auto place = static_cast<std::size_t>(i);
    const Key key{indices[i], place < batch.placements.size() ? batch.placements[place].to_input
                                                              : std::array<double, 6>{}};
    auto entry = kept_.find(key);
    if (entry == kept_.end())
      entry = kept_.emplace(key, compute(batch.images.narrow(0, i, 1))).first;
    found.push_back(&entry->second);
  }
  Maps joined;
  for (std::size_t layer = 0; layer < found.front()->size(); ++layer) {
    std::vector<torch::Tensor> rows;
    for (const Maps* maps : found) rows.push_back((*maps)[layer]);
    joined.push_back(torch::cat(rows));
  }
  return joined;
}

bool always_the_same(const AugmentOptions& augment) {
  return is_made_of(augment, {"resize", "center_crop"});
}

bool makes_few_versions(const AugmentOptions& augment) {
  return is_made_of(augment, {"resize", "center_crop", "hflip", "vflip", "rot90"});
}

}  // namespace vit
