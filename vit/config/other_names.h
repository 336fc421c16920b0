#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// What another tool (timm, transformers, torchvision, Lightning, YOLO, DeiT, MAE) calls something,
/// and where it is here.
struct OtherName {
  std::string_view theirs;  ///< in lower case, with `_`
  std::string_view ours;    ///< `optim.lr`, a section as `optim.`, or a sentence

  [[nodiscard]] bool is_section() const { return ours.ends_with('.'); }
  [[nodiscard]] bool is_sentence() const { return ours.find(' ') != std::string_view::npos; }
};

/// All of them, by their name; one may have several rows.
[[nodiscard]] std::span<const OtherName> other_names();

/// The rows of this name, whatever its case and with `-` for `_`.
[[nodiscard]] std::vector<OtherName> other_names(std::string_view theirs);

/// The sentence on what is no key here, such as `output_dir`; "" where there is none.
[[nodiscard]] std::string answer_to_other_name(std::string_view theirs);

}  // namespace vit
