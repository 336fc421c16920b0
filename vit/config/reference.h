#pragma once

#include <functional>
#include <string>
#include <vector>

#include "vit/config/option_explorer.h"

namespace vit {

/// One key of an experiment, as a person looks it up.
struct ReferenceRow {
  std::string path;      ///< dotted: `optim.lr`
  std::string type;      ///< "number", "list of text", "section" …
  std::string fallback;  ///< the default, as it would be written; "" for a section
  std::string allowed;   ///< range or choices, or ""
  std::string only_if;   ///< "optim.opt is sgd" for an option that depends on a choice, or ""
  std::string help;      ///< one line
};

/// All keys that `describe_options` describes, in its order; those that depend on a choice after
/// the others of their section. It must describe fresh options, of which OptionExplorer tries every
/// choice.
[[nodiscard]] std::vector<ReferenceRow> reference(
    const std::function<void(FieldVisitor&)>& describe_options,
    const OptionExamples& examples = {});

/// For a terminal: each key with its default as it would be written, and in a second column what it
/// is and what it may be.
[[nodiscard]] std::string reference_text(const std::vector<ReferenceRow>& rows);
/// A Markdown table for each top-level section.
[[nodiscard]] std::string reference_markdown(const std::vector<ReferenceRow>& rows);

}  // namespace vit
