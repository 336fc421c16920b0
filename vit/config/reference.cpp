#include "vit/config/reference.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include "vit/config/yaml_scalar.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/join.h"
#include "vit/core/str.h"

namespace vit {
namespace {

constexpr std::string_view kSection = "section";

std::string type_of(const bool*) { return "true or false"; }
std::string type_of(const std::int64_t*) { return "whole number"; }
std::string type_of(const double*) { return "number"; }
std::string type_of(const std::string*) { return "text"; }
std::string type_of(const Size2*) { return "size or [height, width]"; }
std::string type_of(const NamedList*) { return "list of named things"; }
std::string type_of(const RecordList*) { return "list of mappings"; }
std::string type_of(const std::vector<std::int64_t>*) { return "list of whole numbers"; }
std::string type_of(const std::vector<double>*) { return "list of numbers"; }
std::string type_of(const std::vector<std::string>*) { return "list of texts"; }
template <class T>
std::string type_of(const std::optional<T>*) {
  return type_of(static_cast<const T*>(nullptr)) + ", or null";
}

class Collector final : public OptionExplorer {
 public:
  using OptionExplorer::OptionExplorer;
  [[nodiscard]] std::vector<ReferenceRow> take() { return std::move(rows_); }

 protected:
  void on_option(const std::string& path, const Field& field, const std::string& only_if) override {
    if (const auto [known, is_new] = rows_by_path_.try_emplace(path, rows_.size()); !is_new)
      return add_condition(rows_[known->second].only_if, only_if);
    std::string allowed = range_text(field.range);
    if (!field.choices.empty()) allowed = joined(field.choices);
    if (NamedList* const* list = std::get_if<NamedList*>(&field.ref))
      allowed = joined((*list)->known());
    rows_.push_back({path, std::visit([](auto* value) { return type_of(value); }, field.ref),
                     yaml_value(field), allowed, only_if, std::string(field.help)});
  }
  void on_section(const std::string& path, std::string_view help,
                  const std::string& only_if) override {
    if (rows_by_path_.try_emplace(path, rows_.size()).second)
      rows_.push_back({path, std::string(kSection), "", "", only_if, std::string(help)});
  }

 private:
  /// `data.name is folder`, and for another value of the same option `data.name is folder, images`.
  static void add_condition(std::string& all, const std::string& other) {
    constexpr std::size_t kLongest = 60;
    const std::size_t value = other.find(" is ");
    if (all.empty() || value == std::string::npos || other.find(", ") != std::string::npos) return;
    const std::string word = other.substr(value + 4);
    if (!all.starts_with(other.substr(0, value + 4)) || all.ends_with("…")) return;
    if ((all.substr(value + 4) + ",").find(word + ",") != std::string::npos) return;
    all += all.size() + word.size() > kLongest ? ", …" : ", " + word;
  }

  std::vector<ReferenceRow> rows_;
  std::map<std::string, std::size_t> rows_by_path_;
};

std::string help_phrase(const ReferenceRow& row) {
  return row.only_if.empty() ? row.help : row.help + " [where " + row.only_if + "]";
}

/// A cell of a Markdown table.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') out += '\\';
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string code_cell(const std::string& text) {
  return text.empty() ? "" : "`" + cell(text) + "`";
}

}  // namespace

std::vector<ReferenceRow> reference(const std::function<void(FieldVisitor&)>& describe_options,
                                    const OptionExamples& examples) {
  Collector collector(examples);
  collector.explore(describe_options);
  return collector.take();
}

std::string reference_text(const std::vector<ReferenceRow>& rows) {
  constexpr std::size_t kWidestColumn = 44;
  const auto left = [](const ReferenceRow& row) { return "  " + row.path + ": " + row.fallback; };
  std::size_t width = 0;
  for (const ReferenceRow& row : rows)
    if (row.type != kSection && left(row).size() <= kWidestColumn)
      width = std::max(width, left(row).size());
  std::string text;
  for (const ReferenceRow& row : rows) {
    if (row.type == kSection) {
      text += str(text.empty() ? "" : "\n", row.path, ": ", row.help, "\n");
      continue;
    }
    std::string line = left(row);
    // What is too wide for its column has the rest on the next line.
    if (line.size() > width) text += std::exchange(line, "") + "\n";
    line.resize(width + 2, ' ');
    text += line + help_phrase(row) + " (" + row.type +
            (row.allowed.empty() ? "" : ": " + row.allowed) + ")\n";
  }
  return text;
}

std::string reference_markdown(const std::vector<ReferenceRow>& rows) {
  constexpr std::string_view kHead =
      "| Key | Type | Default | Allowed | What it is |\n|---|---|---|---|---|\n";
  std::string text;
  bool in_table = false;
  for (const ReferenceRow& row : rows) {
    const bool top_section = row.type == kSection && row.path.find('.') == std::string::npos;
    if (top_section) {
      text += str(text.empty() ? "" : "\n", "## ", row.path, "\n\n", row.help, "\n\n");
      in_table = false;
      continue;
    }
    if (!in_table) text += kHead;
    in_table = true;
    text += str("| `", row.path, "` | ", cell(row.type), " | ", code_cell(row.fallback), " | ",
                cell(row.allowed), " | ", cell(help_phrase(row)), " |\n");
  }
  return text;
}

}  // namespace vit
