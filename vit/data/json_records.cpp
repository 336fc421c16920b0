#include "vit/data/json_records.h"

#include <nlohmann/json.hpp>

#include "vit/core/error.h"
#include "vit/io/json.h"

namespace vit {

using Json = nlohmann::json;

void read_json_records(std::string_view text, const std::string& where,
                       const std::map<std::string, JsonRecord>& readers) {
  std::string key;        // of the outermost object, whose list is being read
  std::size_t index = 0;  // in that list
  const JsonRecord* reader = nullptr;
  const auto visit = [&](int depth, Json::parse_event_t event, Json& parsed) {
    if (depth >= kMaxJsonDepth)
      throw Error(ErrorKind::data, where, str("nested deeper than ", kMaxJsonDepth, " levels"),
                  "correct the file");
    if (depth == 1 && event == Json::parse_event_t::key) {
      key = parsed.get<std::string>();
      const auto found = readers.find(key);
      reader = found == readers.end() ? nullptr : &found->second;
      index = 0;
      return true;
    }
    const bool ends = event == Json::parse_event_t::object_end ||
                      event == Json::parse_event_t::array_end ||
                      event == Json::parse_event_t::value;
    if (depth == 2 && ends) {  // an element of a list, or a member of an object, is whole
      if (reader != nullptr) (*reader)(index++, parsed);
      return false;  // and is not kept
    }
    return true;
  };
  try {
    const Json nothing = Json::parse(text, visit);
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::data, where, plain_json_message(error),
                "the file is damaged or cut off: get it again");
  }
}

template <class Value>
Value json_member(const Json& record, const char* key, const std::string& where) {
  const auto found = record.is_object() ? record.find(key) : record.end();
  if (!record.is_object() || found == record.end())
    throw Error(ErrorKind::data, where, str("there is no `", key, "`"), "correct the record");
  try {
    return found->get<Value>();
  } catch (const Json::exception&) {
    throw Error(ErrorKind::data, where,
                str("`", key, "` is of the wrong type: ",
                    found->dump(-1, ' ', true, Json::error_handler_t::replace).substr(0, 60)),
                "correct the record");
  }
}
template std::int64_t json_member(const Json&, const char*, const std::string&);
template double json_member(const Json&, const char*, const std::string&);
template std::string json_member(const Json&, const char*, const std::string&);
template std::vector<double> json_member(const Json&, const char*, const std::string&);

}  // namespace vit
