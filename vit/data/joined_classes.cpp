#include "vit/data/joined_classes.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"

namespace vit {
namespace {

/// What number k of the data is called here; others stay (-1: no label, 255: an ignored pixel).
using Numbers = std::vector<std::int64_t>;

std::int64_t renumbered(const Numbers& numbers, std::int64_t number) {
  const bool known = number >= 0 && number < static_cast<std::int64_t>(numbers.size());
  return known ? numbers[static_cast<std::size_t>(number)] : number;
}

class Joined final : public Dataset {
 public:
  struct Part {
    std::vector<std::string> names;
    Numbers numbers;  ///< empty: none changes
  };
  Joined(std::unique_ptr<Dataset> data, Part labels, Part masks)
      : data_(std::move(data)), labels_(std::move(labels)), masks_(std::move(masks)) {}

  [[nodiscard]] std::int64_t size() const override { return data_->size(); }
  [[nodiscard]] Sample get(std::int64_t index) const override { return with(data_->get(index)); }
  [[nodiscard]] Sample read(std::int64_t index) const override { return with(data_->read(index)); }
  void annotate(std::int64_t index, Sample& sample) const override {
    data_->annotate(index, sample);
    renumber_labels(sample);
  }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return renumbered(labels_.numbers, data_->label(index));
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return data_->source(index);
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return labels_.names; }
  [[nodiscard]] const std::vector<std::string>& mask_classes() const override {
    return masks_.names;
  }
  [[nodiscard]] const DataNotes& notes() const override { return data_->notes(); }

 private:
  void renumber_labels(Sample& sample) const {
    sample.label = renumbered(labels_.numbers, sample.label);
    for (Box& box : sample.boxes) box.label = renumbered(labels_.numbers, box.label);
  }
  [[nodiscard]] Sample with(Sample sample) const {
    renumber_labels(sample);
    if (!masks_.numbers.empty())
      for (std::uint8_t& value : sample.mask.pixels)
        value = static_cast<std::uint8_t>(renumbered(masks_.numbers, value));
    return sample;
  }

  std::unique_ptr<Dataset> data_;
  Part labels_, masks_;
};

/// The data with `classes` for its labels or its masks, and for both where they are one list.
std::unique_ptr<Dataset> renumber(std::unique_ptr<Dataset> data,
                                  const std::vector<std::string>& classes, const Numbers& numbers,
                                  JoinedPart part) {
  Joined::Part labels{data->classes(), {}}, masks{data->mask_classes(), {}};
  const bool one_list = labels.names == masks.names;
  if (one_list || part == JoinedPart::labels) labels = {classes, numbers};
  if (one_list || part == JoinedPart::masks) masks = {classes, numbers};
  return std::make_unique<Joined>(std::move(data), std::move(labels), std::move(masks));
}

/// Where each name is among `classes`; their number for one that is not.
Numbers places_of(const std::vector<std::string>& names, const std::vector<std::string>& classes) {
  Numbers places;
  for (const std::string& name : names)
    places.push_back(std::find(classes.begin(), classes.end(), name) - classes.begin());
  return places;
}

std::string listed(const std::vector<std::string>& names) {
  constexpr std::size_t kShown = 10;
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
    text += (i ? ", " : "") + printable(names[i], 60);
  return names.size() > kShown ? str(text, ", … (", names.size(), ")") : text;
}

[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorKind::data, where, what,
              "evaluate it on data with the classes that it was trained for: name folders as "
              "they are called, or list the model's classes in their order in a file "
              "(data.class_map)");
}

}  // namespace

bool are_names(const std::vector<std::string>& classes) {
  for (std::size_t i = 0; i < classes.size(); ++i)
    if (classes[i] != std::to_string(i) && classes[i] != str("LABEL_", i)) return true;
  return false;
}

std::unique_ptr<Dataset> join_classes(std::unique_ptr<Dataset> data,
                                      const std::vector<std::string>& classes,
                                      const std::string& where, bool foreign, JoinedPart part) {
  const std::vector<std::string> own =
      part == JoinedPart::masks ? data->mask_classes() : data->classes();
  if (own == classes) return data;
  Numbers numbers = places_of(own, classes);
  std::vector<std::string> unknown;
  for (std::size_t i = 0; i < own.size(); ++i)
    if (numbers[i] == static_cast<std::int64_t>(classes.size())) unknown.push_back(own[i]);
  if (unknown.empty()) {
    log::info(str("classes are joined by name: the data has ", own.size(), " of the model's ",
                  classes.size()));
    return renumber(std::move(data), classes, numbers, part);
  }
  const bool both_named = are_names(own) && are_names(classes);
  const bool by_number = !both_named || (foreign && unknown.size() == own.size());
  if (!by_number)
    refuse(where, str("the data has classes that the model does not know: ", listed(unknown),
                      "; the model knows ", listed(classes)));
  if (own.size() != classes.size())
    refuse(where,
           str("the model was trained for other classes than this data has: ", classes.size(), " (",
               listed(classes), ") and ", own.size(), " (", listed(own), ")"));
  log::warn(
      str("classes cannot be joined by name, and are taken in their order: class 0 of the data, ",
          printable(own.front(), 60), ", is the model's ", printable(classes.front(), 60),
          ", and so on; the data has ", listed(own), "; the model ", listed(classes)));
  return renumber(std::move(data), classes, {}, part);
}

std::unique_ptr<Dataset> joined_to_training(std::unique_ptr<Dataset>& data,
                                            const std::vector<std::string>& classes) {
  const Numbers numbers = places_of(data->classes(), classes);
  for (const std::int64_t number : numbers)
    if (number == static_cast<std::int64_t>(classes.size())) return nullptr;
  log::info(str("the classes of validation are joined to those of training by name: it has ",
                numbers.size(), " of ", classes.size()));
  return renumber(std::move(data), classes, numbers, JoinedPart::labels);
}

}  // namespace vit
