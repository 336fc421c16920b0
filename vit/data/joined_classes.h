#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/data/dataset.h"

namespace vit {

/// Whether names tell classes apart: not where they are the numbers from 0, or transformers'
/// LABEL_0, LABEL_1 …, which stand for names that nobody gave.
[[nodiscard]] bool are_names(const std::vector<std::string>& classes);

/// Which of a data set's classes are joined.
enum class JoinedPart {
  labels,  ///< classes(): of images and of boxes
  masks,   ///< mask_classes(): of pixels
};

/// The data set with the classes of a model in place of its own: joined by name where both sides
/// have names, so that the order does not matter and the data may lack classes.
///
/// Where one side has none, or (`foreign`: weights of elsewhere) no name is the same, label k of
/// one is taken for label k of the other if there are as many, and the log says so. Anything else
/// is an Error (data), with the names. `where`: the model, for messages.
[[nodiscard]] std::unique_ptr<Dataset> join_classes(std::unique_ptr<Dataset> data,
                                                    const std::vector<std::string>& classes,
                                                    const std::string& where, bool foreign,
                                                    JoinedPart part = JoinedPart::labels);

/// A validation split whose classes are among those of training, by name: with their numbers, for
/// its boxes, and for its masks where both have one list of names. Null, and `data` is as it was,
/// where it has others.
[[nodiscard]] std::unique_ptr<Dataset> joined_to_training(std::unique_ptr<Dataset>& data,
                                                          const std::vector<std::string>& classes);

}  // namespace vit
