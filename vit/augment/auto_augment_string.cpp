#include "vit/augment/auto_augment_string.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include "vit/augment/aug_mix.h"
#include "vit/augment/auto_augment.h"
#include "vit/augment/policies.h"
#include "vit/augment/rand_augment.h"
#include "vit/augment/trivial_augment.h"
#include "vit/core/error.h"

namespace vit {
namespace {

[[noreturn]] void refuse(const std::string& text, const std::string& problem) {
  throw Error(ErrorKind::usage, "augment.aa", str("`", text, "`: ", problem),
              "write for example rand-m9-mstd0.5-inc1, original-mstd0.5, augmix-m3-w3, 3a, "
              "cifar10 or trivial");
}

/// `mstd0.5`: a name and a number. timm's `tweights` has a word instead.
struct Section {
  std::string key, word;
  double value = 0;
};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == '-')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

Section section(const std::string& text, const std::string& part) {
  if (part.starts_with("t")) return {"t", part.substr(1)};
  const auto digit = std::find_if(part.begin(), part.end(),
                                  [](char c) { return (c >= '0' && c <= '9') || c == '.'; });
  Section result{std::string(part.begin(), digit), std::string(digit, part.end())};
  const char* const end = result.word.data() + result.word.size();
  const auto read = std::from_chars(result.word.data(), end, result.value);
  const bool is_number = read.ec == std::errc() && read.ptr == end;
  if (result.key.empty() || !is_number)
    refuse(text, "expected a name and a number, found `" + part + "`");
  return result;
}

std::unique_ptr<AugmentOp> rand_augment(const std::string& text,
                                        const std::vector<Section>& sections) {
  auto op = std::make_unique<RandAugment>();
  for (const auto& [key, word, value] : sections) {
    if (key == "m")
      op->m = value;
    else if (key == "n")
      op->n = static_cast<std::int64_t>(std::min(value, 100.0));
    else if (key == "p")
      op->p = std::min(value, 1.0);
    else if (key == "mstd")
      op->mstd = value;
    else if (key == "mmax")
      op->mmax = value;
    else if (key == "inc")
      op->inc = value != 0;
    else if (key == "t" && (word == "3a" || word == "3aw" || word == "weights"))
      op->t = word;
    else
      refuse(text, str("rand has no section `", key, word,
                       "`: there are m, n, p, mstd, mmax, inc, ", "t3a, t3aw and tweights"));
  }
  return op;
}

std::unique_ptr<AugmentOp> aug_mix(const std::string& text, const std::vector<Section>& sections) {
  auto op = std::make_unique<AugMix>();
  const auto count = [](double value) {
    return static_cast<std::int64_t>(std::clamp(value, 1.0, 16.0));
  };
  for (const auto& [key, word, value] : sections) {
    if (key == "m")
      op->m = value;
    else if (key == "w")
      op->width = count(value);
    else if (key == "d")
      op->depth = count(value);
    else if (key == "a" && value > 0)
      op->alpha = value;
    else if (key == "b")
      op->blended = value != 0;
    else if (key == "mstd")
      op->mstd = value;
    else
      refuse(text,
             str("augmix has no section `", key, word, "`: there are m, w, d, a, b and mstd"));
  }
  return op;
}

std::unique_ptr<AugmentOp> policy(const std::string& text, const std::string& name,
                                  const std::vector<Section>& sections) {
  const std::vector<std::string> known = policy_names();
  if (std::find(known.begin(), known.end(), name) == known.end()) {
    const std::string near = nearest(name, known);
    refuse(text, str("there is no policy `", name, "`",
                     near.empty() ? "" : "; did you mean " + near + "?"));
  }
  auto op = std::make_unique<AutoAugment>();
  op->policy = name;
  for (const auto& [key, word, value] : sections) {
    if (key != "mstd") refuse(text, str("a policy has no section `", key, word, "`, only mstd"));
    op->mstd = value;
  }
  return op;
}

}  // namespace

std::unique_ptr<AugmentOp> op_from_aa(const std::string& text) {
  const std::vector<std::string> parts = split(text);
  std::vector<Section> sections;
  for (std::size_t i = 1; i < parts.size(); ++i) sections.push_back(section(text, parts[i]));
  if (parts[0] == "rand") return rand_augment(text, sections);
  if (parts[0] == "augmix") return aug_mix(text, sections);
  if (parts[0] == "trivial" && sections.empty()) return std::make_unique<TrivialAugment>();
  return policy(text, parts[0], sections);
}

}  // namespace vit
