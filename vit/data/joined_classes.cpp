#include "vit/data/joined_classes.h"

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"

namespace vit {
namespace {

class Joined final : public Dataset {
 public:
  /// `labels[k]`: what label k of the data is called here.
  Joined(std::unique_ptr<Dataset> data, std::vector<std::string> classes,
         std::vector<std::int64_t> labels)
      : data_(std::move(data)), classes_(std::move(classes)), labels_(std::move(labels)) {}

  [[nodiscard]] std::int64_t size() const override { return data_->size(); }
  [[nodiscard]] Sample get(std::int64_t index) const override { return with(data_->get(index)); }
  [[nodiscard]] Sample read(std::int64_t index) const override { return with(data_->read(index)); }
  void annotate(std::int64_t index, Sample& sample) const override {
    data_->annotate(index, sample);
    sample.label = joined(sample.label);
  }
  [[nodiscard]] std::int64_t label(std::int64_t index) const override {
    return joined(data_->label(index));
  }
  [[nodiscard]] std::string source(std::int64_t index) const override {
    return data_->source(index);
  }
  [[nodiscard]] const std::vector<std::string>& classes() const override { return classes_; }
  [[nodiscard]] const DataNotes& notes() const override { return data_->notes(); }

 private:
  /// A sample may have no label, which is a number below 0.
  [[nodiscard]] std::int64_t joined(std::int64_t label) const {
    const bool known = label >= 0 && label < static_cast<std::int64_t>(labels_.size());
    return known ? labels_[static_cast<std::size_t>(label)] : label;
  }
  [[nodiscard]] Sample with(Sample sample) const {
    sample.label = joined(sample.label);
    return sample;
  }

  std::unique_ptr<Dataset> data_;
  std::vector<std::string> classes_;
  std::vector<std::int64_t> labels_;
};

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
                                      const std::string& where, bool foreign) {
  const std::vector<std::string> own = data->classes();
  if (own == classes) return data;
  std::vector<std::int64_t> labels;
  std::vector<std::string> unknown;
  for (const std::string& name : own) {
    const auto found = std::find(classes.begin(), classes.end(), name);
    labels.push_back(found - classes.begin());
    if (found == classes.end()) unknown.push_back(name);
  }
  if (unknown.empty()) {
    log::info(str("classes are joined by name: the data has ", own.size(), " of the model's ",
                  classes.size()));
    return std::make_unique<Joined>(std::move(data), classes, std::move(labels));
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
  for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = static_cast<std::int64_t>(i);
  return std::make_unique<Joined>(std::move(data), classes, std::move(labels));
}

}  // namespace vit
