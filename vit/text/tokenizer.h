#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// Turns text into the ids of a vocabulary's pieces, and back. It holds no state that a call
/// changes: any number of threads may share one.
class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  /// The ids of `text`, without begin, end or padding; never fails. Bytes that are not UTF-8 count
  /// as U+FFFD, as Python's `decode("utf-8", "replace")` has it.
  [[nodiscard]] virtual std::vector<std::int64_t> encode(std::string_view text) const = 0;
  /// The text of ids, begin, end and padding left out. An id outside the vocabulary is an
  /// Error(data).
  [[nodiscard]] virtual std::string decode(std::span<const std::int64_t> ids) const = 0;
  /// How many ids there are: the rows that a text tower's embedding must have.
  [[nodiscard]] virtual std::int64_t vocab_size() const = 0;

  /// The piece of an id as the vocabulary writes it (`cat</w>`, `▁cat`); outside it an Error(data).
  [[nodiscard]] virtual std::string_view piece(std::int64_t id) const = 0;
  /// The id of a piece that is written so; nothing where the vocabulary has none.
  [[nodiscard]] virtual std::optional<std::int64_t> id_of(std::string_view piece) const = 0;

  /// What it is, for people: "CLIP's byte-level BPE of 49408 pieces".
  [[nodiscard]] virtual std::string description() const = 0;
  /// Writes its files into `folder`, which must be there; returns how TextInput opens them again.
  /// Throws Error(resource).
  [[nodiscard]] virtual nlohmann::json save(const std::filesystem::path& folder) const = 0;
};

}  // namespace vit
