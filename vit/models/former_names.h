#pragma once

#include <string_view>

namespace vit {

/// The name that timm 1.0.31 has for a model that older versions of it called `name`, as in
/// `vit_base_patch16_224.augreg_in21k` for `vit_base_patch16_224_in21k`; "" where it is none of
/// those. Models of every family are in the table, also of those that are not here.
[[nodiscard]] std::string_view present_name(std::string_view name);

}  // namespace vit
