#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "vit/core/fields.h"

namespace vit {

/// Writes every described option as YamlWriter does, lists on one line, with a comment that says
/// where the value comes from: `lr: 0.001  # mine.yaml:3:13`.
class OriginWriter final : public FieldVisitor {
 public:
  /// `origins`: by dotted key, as YamlReader::places gives them; what is not in it is a default.
  explicit OriginWriter(const std::map<std::string, std::string, std::less<>>& origins)
      : origins_(origins) {}

  /// Defaults of this top-level section are said to be `default WHOSE`.
  void name_default(std::string_view section, std::string_view whose);

  [[nodiscard]] std::string text() const;

  void field(const Field& field) override;
  void section(std::string_view name, std::string_view help,
               const std::function<void(FieldVisitor&)>& body) override;

 private:
  struct Line {
    std::string yaml, origin;
  };
  [[nodiscard]] std::string origin_of(const std::string& path) const;

  const std::map<std::string, std::string, std::less<>>& origins_;
  std::map<std::string, std::string, std::less<>> defaults_;  ///< of sections, whose they are
  std::vector<Line> lines_;
  std::string path_;  ///< of the section that is being written, with its last dot
  std::size_t indent_ = 0;
};

}  // namespace vit
