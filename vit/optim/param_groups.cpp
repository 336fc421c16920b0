#include "vit/optim/param_groups.h"

#include <algorithm>

namespace vit {

std::vector<ParamGroup> param_groups(ImageModel& model, double weight_decay) {
  const std::vector<std::string> exempt = model.no_weight_decay();
  ParamGroup decayed{weight_decay, {}}, plain{0, {}};
  for (const auto& item : model.module().named_parameters()) {
    if (!item.value().requires_grad()) continue;
    const bool without = item.value().dim() <= 1 || item.key().ends_with(".bias") ||
                         std::find(exempt.begin(), exempt.end(), item.key()) != exempt.end();
    (without ? plain : decayed).parameters.push_back({item.key(), item.value()});
  }
  std::vector<ParamGroup> groups;
  for (ParamGroup* group : {&decayed, &plain})
    if (!group->parameters.empty()) groups.push_back(std::move(*group));
  return groups;
}

}  // namespace vit
