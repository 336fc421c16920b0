#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vit/image/image.h"
#include "vit/image/prediction.h"
#include "vit/report/section.h"

/// How a sentence came to be, shown.
namespace vit {

/// The image, and for each word the image again, bright and warm where the model looked for it (by
/// the brightest cell of that word).
[[nodiscard]] Image saying_images(const Image& image, const Caption& caption);

/// A beam search as lines of text: what sequences share stands once; of those that were given up
/// the last word is followed by a cross, of those that ended stands the log-probability.
[[nodiscard]] std::string tree_text(const Saying& saying);

/// `words` with their probabilities; `beams` and `tree`, where several sentences were followed.
void tell_saying(const Saying& saying, nlohmann::json& object);

/// Adds the images and the tree to a report; `source`: what the image is called.
void add_saying(EvaluationReport& report, const Image& image, const Caption& caption,
                const std::string& source);

}  // namespace vit
