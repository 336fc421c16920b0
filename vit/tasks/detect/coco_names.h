#pragma once

#include <span>
#include <string_view>

namespace vit {

/// What the outputs of detectors that learned COCO (Lin et al. 2014) are called: entry i is the
/// class whose id is i in its annotations. The ids go from 1 to 90 and leave ten out: entry 0 and
/// those ten are "" (91 entries, 80 names).
[[nodiscard]] std::span<const std::string_view> coco_names();

}  // namespace vit
