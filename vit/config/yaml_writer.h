#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "vit/core/fields.h"

namespace vit {

/// Writes every described option with its value, in the order of the description; YamlReader reads
/// it back to equal options, and other YAML readers to the same values.
///
///     YamlWriter writer;
///     describe(writer, experiment);
///     writer.text();
///
/// Throws Error(usage), naming the key, where a value cannot be written: a number that is not
/// finite, text that is not UTF-8.
class YamlWriter final : public FieldVisitor {
 public:
  [[nodiscard]] const std::string& text() const { return text_; }

  void field(const Field& field) override;
  void section(std::string_view name, std::string_view help,
               const std::function<void(FieldVisitor&)>& body) override;

 private:
  std::string text_;
  std::string path_;  ///< of the section that is being written, with its last dot
  std::size_t indent_ = 0;
};

/// The value of one field on one line: `0.1`, `[8, 16]`, `[hflip, random_crop: {padding: 4}]`.
[[nodiscard]] std::string yaml_value(const Field& field);

}  // namespace vit
