#include "vit/io/json.h"

#include <nlohmann/json.hpp>
#include <set>
#include <vector>

#include "vit/core/text.h"

namespace vit {

using Json = nlohmann::json;

namespace {

[[noreturn]] void fail(ErrorKind kind, const std::string& where, const std::string& what) {
  throw Error(kind, where, what,
              "correct the JSON, or write it again with the program that made it");
}

}  // namespace

Json parse_json(std::string_view text, const std::string& where, ErrorKind kind) {
  // nlohmann's lexer takes a zero byte for the end of its input and would hide what follows.
  if (const std::size_t zero = text.find('\0'); zero != std::string_view::npos)
    fail(kind, where, str("a zero byte at position ", zero));
  std::vector<std::set<std::string>> keys;
  const auto check = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth >= kMaxJsonDepth)
      fail(kind, where, str("nested deeper than ", kMaxJsonDepth, " levels"));
    if (event == Json::parse_event_t::object_start) keys.emplace_back();
    if (event == Json::parse_event_t::object_end) keys.pop_back();
    if (event == Json::parse_event_t::key) {
      const auto& key = parsed.get_ref<const std::string&>();
      if (!keys.back().insert(key).second)
        fail(kind, where, str("the key ", in_quotes(key), " is there twice"));
    }
    return true;
  };
  try {
    return Json::parse(text, check);
  } catch (const Json::exception& error) {
    fail(kind, where, plain_json_message(error));
  }
}

std::string json_string(std::string_view text, const std::string& where) try {
  return Json(text).dump();
} catch (const Json::type_error&) {
  throw Error(ErrorKind::weights, where, str("the text ", in_quotes(text), " is not UTF-8"),
              "rename it in UTF-8");
}

std::string plain_json_message(const std::exception& error) {
  const std::string_view message = error.what();
  const std::size_t after_number = message.find("] ");
  if (after_number == std::string_view::npos) return printable(message);
  return printable(message.substr(after_number + 2), 300);
}

}  // namespace vit
