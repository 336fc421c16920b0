#include "vit/weights/naming/translation.h"

#include <torch/utils.h>

#include <algorithm>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/text.h"

namespace vit {
namespace {

/// What a pattern leaves open: its numbers, and what follows a final dot.
struct Match {
  std::vector<std::string_view> numbers;
  std::string_view rest;
};

bool is_digit(char character) { return character >= '0' && character <= '9'; }

std::optional<Match> match(std::string_view pattern, std::string_view name) {
  Match result;
  while (!pattern.empty()) {
    if (pattern[0] != '*') {
      if (name.empty() || name[0] != pattern[0]) return std::nullopt;
      const bool last = pattern.size() == 1;
      name.remove_prefix(1);
      if (last && (pattern[0] == '.' || pattern[0] == '/')) {
        result.rest = name;
        return result;
      }
    } else {
      const auto end = std::find_if_not(name.begin(), name.end(), is_digit);
      const auto length = static_cast<std::size_t>(end - name.begin());
      if (length == 0) return std::nullopt;
      result.numbers.push_back(name.substr(0, length));
      name.remove_prefix(length);
    }
    pattern.remove_prefix(1);
  }
  return name.empty() ? std::optional(result) : std::nullopt;
}

}  // namespace

std::optional<std::string> other_name(const NameRule& rule, std::string_view name) {
  const std::optional<Match> found = match(rule.from, name);
  if (!found) return std::nullopt;
  std::string result;
  std::size_t next = 0;
  for (const char character : rule.to)
    if (character == '*')
      result += found->numbers.at(next++);
    else
      result += character;
  return result.append(found->rest);
}

std::vector<std::string> Translation::numbers(std::string_view pattern) const {
  std::vector<std::string> found;
  for (const auto& [name, tensor] : source)
    if (const std::optional<Match> matched = match(pattern, name))
      found.emplace_back(matched->numbers.at(0));
  const auto by_value = [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  };
  std::sort(found.begin(), found.end(), by_value);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

std::vector<int> Translation::small_numbers(std::string_view pattern) const {
  constexpr std::size_t kDigits = 3;
  std::vector<int> found;
  for (const std::string& number : numbers(pattern))
    if (number.size() <= kDigits && (number.size() == 1 || number[0] != '0'))
      found.push_back(std::stoi(number));
  return found;
}

std::optional<torch::Tensor> Translation::take(const std::string& name) {
  const auto found = source.find(name);
  if (found == source.end()) return std::nullopt;
  torch::Tensor tensor = std::move(found->second);
  source.erase(found);
  return tensor;
}

void Translation::put(const std::string& name, torch::Tensor tensor, const std::string& from) {
  const auto known = tensors.find(name);
  if (known != tensors.end() &&
      !(known->second.sizes() == tensor.sizes() && torch::equal(known->second, tensor)))
    throw Error(ErrorKind::weights, "",
                vit::str(in_quotes(from), " is another ", in_quotes(name),
                         ", which the file has already under another name"),
                "leave one of them out of the file");
  if (from != name) renamed.push_back({from, name});
  tensors[name] = std::move(tensor);
}

void Translation::move(const std::string& from, const std::string& to) {
  if (std::optional<torch::Tensor> tensor = take(from)) put(to, *std::move(tensor), from);
}

void Translation::rename(std::span<const NameRule> rules) {
  std::vector<Renamed> moves;
  for (const auto& [name, tensor] : source)
    for (const NameRule& rule : rules)
      if (std::optional<std::string> to = other_name(rule, name)) {
        moves.push_back({name, *std::move(to)});
        break;
      }
  for (const Renamed& each : moves) move(each.from, each.to);
}

void Translation::drop(std::string_view pattern, const std::string& reason) {
  for (auto entry = source.begin(); entry != source.end();)
    if (match(pattern, entry->first)) {
      dropped.push_back({entry->first, reason});
      entry = source.erase(entry);
    } else {
      ++entry;
    }
}

void Translation::join(const std::string& prefix, std::span<const std::string_view> parts,
                       const std::string& to) {
  std::vector<std::int64_t> rows;
  for (const char* kind : {"weight", "bias"}) {
    std::vector<torch::Tensor> pieces;
    std::string from;
    torch::Tensor any;
    for (const std::string_view part : parts) {
      const std::string name = vit::str(prefix, part, ".", kind);
      const std::optional<torch::Tensor> piece = take(name);
      pieces.push_back(piece.value_or(torch::Tensor()));
      if (!piece) continue;
      any = *piece;
      from += (from.empty() ? "" : " + ") + name;
    }
    if (!any.defined()) continue;
    for (std::size_t i = 0; i < pieces.size(); ++i) {
      if (!pieces[i].defined())
        pieces[i] =
            torch::zeros(i < rows.size() ? std::vector<std::int64_t>{rows[i]} : any.sizes().vec(),
                         any.options());
      if (std::string_view(kind) == "weight") rows.push_back(pieces[i].size(0));
    }
    put(to + "." + kind, torch::cat(pieces, 0), from);
  }
}

void Translation::strip(std::string_view prefix) {
  TensorMap stripped;
  for (auto& [name, tensor] : source)
    stripped[name.starts_with(prefix) ? name.substr(prefix.size()) : name] = tensor;
  source = std::move(stripped);
}

}  // namespace vit
