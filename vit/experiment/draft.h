#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/fields.h"
#include "vit/data/layout.h"
#include "vit/experiment/recipes.h"

namespace vit {

/// Experiments to begin with, one a task, with gaps that a draft fills in: `$data`, `$side` …; a
/// line that ends in `#scratch` or `#weights` is there only without or with pretrained weights.
/// They are the files of experiments/starts, built into the library.
[[nodiscard]] const std::vector<Recipe>& starts();

/// What a draft is made for.
struct DraftRequest {
  std::string task{};     ///< a task that there is a start for; "": what the data is for
  std::string weights{};  ///< pretrained weights to start from; "": from scratch
  std::int64_t training_images = 0;
  Size2 image_size{};  ///< what images usually have
};

struct Draft {
  std::string task;   ///< its name
  std::string about;  ///< what is learned, in one line
  std::string yaml;   ///< the experiment
};

/// An experiment for the data of a layout. Throws Error (usage) where there is no start for the
/// task, or the data does not have what it needs.
[[nodiscard]] Draft draft_experiment(const DataLayout& layout, const DraftRequest& request);

}  // namespace vit
