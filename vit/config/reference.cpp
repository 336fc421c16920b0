#include "vit/config/reference.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <variant>

#include "vit/config/yaml_scalar.h"
#include "vit/config/yaml_writer.h"
#include "vit/core/error.h"

namespace vit {
namespace {

constexpr std::string_view kSection = "section";

template <class Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) text += str(text.empty() ? "" : ", ", name);
  return text;
}

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

class Collector final : public FieldVisitor {
 public:
  [[nodiscard]] std::vector<ReferenceRow> take() { return std::move(rows_); }

  void describe(const std::function<void(FieldVisitor&)>& body) {
    const auto outer = std::exchange(selectors_, {});
    body(*this);
    const std::vector<Selector> mine = std::exchange(selectors_, outer);
    if (!trying_)
      for (const Selector& selector : mine) try_choices(selector, body);
  }

  void field(const Field& field) override {
    std::string* const* text = std::get_if<std::string*>(&field.ref);
    const std::string path = prefix_ + std::string(field.name);
    if (trying_ && text != nullptr && path == trying_->path) {
      **text = trying_->choice;
      return;
    }
    NamedList* const* list = std::get_if<NamedList*>(&field.ref);
    std::string allowed = range_text(field.range);
    if (!field.choices.empty()) allowed = joined(field.choices);
    if (list != nullptr) allowed = joined((*list)->known());
    const bool is_new =
        add({path, std::visit([](auto* value) { return type_of(value); }, field.ref),
             yaml_value(field), allowed, "", std::string(field.help)});
    if (!is_new) return;
    if (!trying_ && text != nullptr && !field.choices.empty())
      selectors_.push_back({path, *text, {field.choices.begin(), field.choices.end()}});
    if (list != nullptr) describe_entries(path, **list);
    if (RecordList* const* records = std::get_if<RecordList*>(&field.ref))
      describe_record(path, **records);
  }

  void section(std::string_view name, std::string_view help,
               const std::function<void(FieldVisitor&)>& body) override {
    const std::string outer = prefix_;
    add({prefix_ + std::string(name), std::string(kSection), "", "", "", std::string(help)});
    prefix_ += str(name, ".");
    describe(body);
    prefix_ = outer;
  }

 private:
  /// A text with choices, on which the options after it may depend.
  struct Selector {
    std::string path;
    std::string* value;
    std::vector<std::string> choices;
  };
  struct Trial {
    std::string path, choice;
  };

  bool add(ReferenceRow row) {
    if (!seen_.insert(row.path).second) return false;
    if (trying_) row.only_if = str(trying_->path, " is ", trying_->choice);
    rows_.push_back(std::move(row));
    return true;
  }

  void try_choices(const Selector& selector, const std::function<void(FieldVisitor&)>& body) {
    const std::string fallback = *selector.value, prefix = prefix_;
    for (const std::string& choice : selector.choices) {
      if (choice == fallback) continue;
      trying_ = Trial{selector.path, choice};
      try {
        body(*this);
      } catch (const Error&) {
        // A choice that does not fit the other defaults adds nothing here.
        prefix_ = prefix;
      }
    }
    trying_.reset();
    *selector.value = fallback;
  }

  void describe_record(const std::string& path, RecordList& list) {
    const std::string outer = prefix_;
    list.clear();
    list.add();
    prefix_ = path + ".";
    describe([&](FieldVisitor& visitor) { list.describe_at(0, visitor); });
    list.clear();
    prefix_ = outer;
  }

  void describe_entries(const std::string& path, NamedList& list) {
    const std::string outer = prefix_;
    list.clear();
    for (const std::string& name : list.known()) {
      prefix_ = str(path, ".", name, ".");
      list.add(name);
      describe([&](FieldVisitor& visitor) { list.describe(list.size() - 1, visitor); });
    }
    list.clear();
    prefix_ = outer;
  }

  std::vector<ReferenceRow> rows_;
  std::set<std::string> seen_;
  std::string prefix_;
  std::vector<Selector> selectors_;
  std::optional<Trial> trying_;
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

std::vector<ReferenceRow> reference(const std::function<void(FieldVisitor&)>& describe_options) {
  Collector collector;
  collector.describe(describe_options);
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
