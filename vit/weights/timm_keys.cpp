#include "vit/weights/timm_keys.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "vit/weights/transformers_options.h"

namespace vit {
namespace {

/// What timm's push_to_hf_hub writes through its versions, of which the oldest have the fields of
/// `pretrained_cfg` at the top; what transformers' TimmWrapperConfig adds; and our own key.
constexpr auto kKeys = std::to_array<std::string_view>({
    "architecture",
    "classifier",
    "crop_mode",
    "crop_pct",
    "custom_load",
    "description",
    "do_pooling",
    "exif_orientation",
    "file",
    "first_conv",
    "fixed_input_size",
    "global_pool",
    "hf_hub_filename",
    "hf_hub_id",
    "initializer_range",
    "input_size",
    "interpolation",
    "label_descriptions",
    "label_names",
    "label_offset",
    "labels",
    "license",
    "mean",
    "min_input_size",
    "model_args",
    "notes",
    "num_classes",
    "num_features",
    "num_labels",
    "origin_url",
    "paper_ids",
    "paper_name",
    "pool_size",
    "pretrained_cfg",
    "source",
    "state_dict",
    "std",
    "tag",
    "test_crop_pct",
    "test_input_size",
    "test_pool_size",
    "url",
});
static_assert(std::is_sorted(kKeys.begin(), kKeys.end()));

}  // namespace

void check_timm_keys(const SourceConfig& config) {
  for (const auto& [key, value] : config.json.items())
    if (!value.is_null() && !key.starts_with('_') &&
        !std::binary_search(kKeys.begin(), kKeys.end(), key) &&
        !is_of_every_transformers_model(key))
      throw refused(config, key, "is no key that is known here");
}

}  // namespace vit
