#pragma once

namespace vit {

/// Which part of a data set.
enum class Split { train, val };

}  // namespace vit
