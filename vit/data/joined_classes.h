#pragma once

#include <memory>
#include <string>
#include <vector>

#include "vit/data/dataset.h"

namespace vit {

/// Whether names tell classes apart: not where they are the numbers from 0, or transformers'
/// LABEL_0, LABEL_1 …, which stand for names that nobody gave.
[[nodiscard]] bool are_names(const std::vector<std::string>& classes);

/// The data set with the labels of `classes`, those of a model, in place of its own: joined by name
/// where both sides have names, so that the order does not matter and the data may lack classes.
///
/// Where one side has none, or (`foreign`: weights of elsewhere) no name is the same, label k of
/// one is taken for label k of the other if there are as many, and the log says so. Anything else
/// is an Error (data), with the names. `where`: the model, for messages.
[[nodiscard]] std::unique_ptr<Dataset> join_classes(std::unique_ptr<Dataset> data,
                                                    const std::vector<std::string>& classes,
                                                    const std::string& where, bool foreign);

}  // namespace vit
