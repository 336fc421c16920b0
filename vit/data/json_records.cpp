#include "vit/data/json_records.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "vit/core/error.h"
#include "vit/io/json.h"

namespace vit {

using Json = nlohmann::json;

namespace {

/// NaN and Infinity, which Python's json writes though JSON has no such numbers, become null.
std::string without_nan(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  bool quoted = false;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (quoted && c == '\\' && at + 1 < text.size()) {
      plain += text.substr(at, 2);
      at += 2;
      continue;
    }
    if (c == '"') quoted = !quoted;
    std::size_t length = 0;
    if (!quoted && (c == 'N' || c == 'I' || c == '-'))
      for (const std::string_view number : {"NaN", "Infinity", "-Infinity"})
        if (text.substr(at, number.size()) == number) length = number.size();
    if (length > 0) plain += "null";
    if (length == 0) plain += c;
    at += std::max<std::size_t>(length, 1);
  }
  return plain;
}

template <class Value>
std::optional<Value> value_of(const Json& json);
template <>
std::optional<std::int64_t> value_of(const Json& json) {
  if (json.is_number_unsigned() &&
      json.get<std::uint64_t>() > std::uint64_t{std::numeric_limits<std::int64_t>::max()})
    return {};
  if (json.is_number_integer()) return json.get<std::int64_t>();
  // 7.0, as tables write it, is a whole number; 7.5 is none, and is not cut to one.
  constexpr double kLargest = 9007199254740992;  // 2^53
  const double number = json.is_number_float() ? json.get<double>() : 0.5;
  if (number != std::floor(number) || std::abs(number) > kLargest) return {};
  return static_cast<std::int64_t>(number);
}
template <>
std::optional<double> value_of(const Json& json) {
  if (!json.is_number()) return {};
  return json.get<double>();
}
template <>
std::optional<std::string> value_of(const Json& json) {
  if (!json.is_string()) return {};
  return json.get<std::string>();
}
template <>
std::optional<std::vector<double>> value_of(const Json& json) {
  return json_numbers(json);
}

template <class Value>
constexpr const char* kExpected = "a list of numbers";
template <>
constexpr const char* kExpected<std::int64_t> = "a whole number";
template <>
constexpr const char* kExpected<double> = "a number";
template <>
constexpr const char* kExpected<std::string> = "a text";

}  // namespace

std::string json_text(const Json& value) {
  std::string text = value.dump(-1, ' ', true, Json::error_handler_t::replace);
  constexpr std::size_t kLongest = 60;
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "…";
  return text;
}

std::optional<std::vector<double>> json_numbers(const Json& value) {
  if (!value.is_array()) return {};
  std::vector<double> numbers;
  for (const Json& element : value) {
    if (!element.is_number()) return {};
    numbers.push_back(element.get<double>());
  }
  return numbers;
}

namespace {

/// Parses, `visit` being told of every event; what it returns false for is not kept.
void visit_json(std::string_view text, const std::string& where,
                const Json::parser_callback_t& visit) {
  const auto checked = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth >= kMaxJsonDepth)
      throw Error(ErrorKind::data, where, str("nested deeper than ", kMaxJsonDepth, " levels"),
                  "correct the file");
    return visit(depth, event, parsed);
  };
  std::string plain;
  if (text.find("NaN") != std::string_view::npos ||
      text.find("Infinity") != std::string_view::npos) {
    plain = without_nan(text);
    text = plain;
  }
  try {
    const Json nothing = Json::parse(text, checked);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::data, where, plain_json_message(error),
                "the file is damaged or cut off: get it again");
  }
}

bool ends_value(Json::parse_event_t event) {
  return event == Json::parse_event_t::object_end || event == Json::parse_event_t::array_end ||
         event == Json::parse_event_t::value;
}

}  // namespace

void read_json_records(std::string_view text, const std::string& where,
                       const std::map<std::string, JsonRecord>& readers) {
  std::string key;        // of the outermost object, whose list is being read
  std::size_t index = 0;  // in that list
  const JsonRecord* reader = nullptr;
  visit_json(text, where, [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 1 && event == Json::parse_event_t::key) {
      key = parsed.get<std::string>();
      const auto found = readers.find(key);
      reader = found == readers.end() ? nullptr : &found->second;
      index = 0;
      return true;
    }
    if (depth == 2 && ends_value(event)) {  // an element of a list, or a member of an object
      if (reader != nullptr) (*reader)(index++, parsed);
      return false;  // and is not kept
    }
    return true;
  });
}

void read_json_list(std::string_view text, const std::string& where, const JsonRecord& reader) {
  std::size_t index = 0;
  visit_json(text, where, [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth == 0 && event != Json::parse_event_t::array_start &&
        event != Json::parse_event_t::array_end)
      throw Error(ErrorKind::data, where, "is no list; expected [{…}, …]",
                  "give the list of records itself, as COCO's results have it");
    if (depth != 1 || !ends_value(event)) return true;
    reader(index++, parsed);
    return false;
  });
}

template <class Value>
Value json_member(const Json& record, const char* key, const std::string& where) {
  const auto found = record.is_object() ? record.find(key) : record.end();
  if (!record.is_object() || found == record.end())
    throw Error(ErrorKind::data, where, str("there is no `", key, "`"), "correct the record");
  auto value = value_of<Value>(*found);
  if (!value)
    throw Error(ErrorKind::data, where,
                str("`", key, "` is ", json_text(*found), "; expected ", kExpected<Value>),
                "correct the record");
  return *std::move(value);
}
template std::int64_t json_member(const Json&, const char*, const std::string&);
template double json_member(const Json&, const char*, const std::string&);
template std::string json_member(const Json&, const char*, const std::string&);
template std::vector<double> json_member(const Json&, const char*, const std::string&);

}  // namespace vit
