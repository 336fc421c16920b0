#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace vit {

/// Called with one element of a list and its position.
using JsonRecord = std::function<void(std::size_t index, const nlohmann::json& record)>;

/// Reads a JSON object whose values are long lists (COCO's annotation files), one element in memory
/// at a time: each element of the list `key` goes to `readers[key]`; all else is passed over.
/// NaN and Infinity, which Python writes, are read as null. Throws Error (data) at `where` for
/// malformed JSON, and what the readers throw.
void read_json_records(std::string_view text, const std::string& where,
                       const std::map<std::string, JsonRecord>& readers);

/// The same of a file that is a list itself (COCO's results): each element goes to `reader`.
void read_json_list(std::string_view text, const std::string& where, const JsonRecord& reader);

/// The first characters of a value as JSON, for messages; what is not ASCII is escaped.
[[nodiscard]] std::string json_text(const nlohmann::json& value);

/// A list of numbers; nothing where it is anything else.
[[nodiscard]] std::optional<std::vector<double>> json_numbers(const nlohmann::json& value);

/// The member `key` of a record as `Value`. Throws Error (data) at `where` where it is missing or
/// of another type; 1.0 is a whole number, 1.5 is none.
template <class Value>
[[nodiscard]] Value json_member(const nlohmann::json& record, const char* key,
                                const std::string& where);
extern template std::int64_t json_member(const nlohmann::json&, const char*, const std::string&);
extern template double json_member(const nlohmann::json&, const char*, const std::string&);
extern template std::string json_member(const nlohmann::json&, const char*, const std::string&);
extern template std::vector<double> json_member(const nlohmann::json&, const char*,
                                                const std::string&);

}  // namespace vit
