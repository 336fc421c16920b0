#pragma once

#include <span>
#include <string_view>

namespace vit {

/// Where the pretrained weights of a named model are.
struct HubModel {
  std::string_view name;     ///< timm's, as in `vit models`
  std::string_view repo;     ///< on the Hugging Face hub: those that timm loads for this name
  std::string_view licence;  ///< the weights', by its short name
};

/// Sorted by name.
[[nodiscard]] std::span<const HubModel> hub_models();
/// Null where the table has none of this name.
[[nodiscard]] const HubModel* find_hub_model(std::string_view name);

/// What a user has to know of a licence before he uses the weights; "" for apache-2.0 and mit.
[[nodiscard]] std::string_view licence_terms(std::string_view licence);

}  // namespace vit
