#pragma once

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

namespace vit::test {

/// What is wrong with `value` by a JSON Schema, or ""; of its keywords, those that json_schema
/// writes. Others are a failure, so that none is passed over.
inline std::string schema_problem(const nlohmann::ordered_json& schema, const nlohmann::json& value,
                                  const std::string& path = "") {
  const auto is = [&](const std::string& type) {
    if (type == "integer")
      return value.is_number_integer() ||
             (value.is_number() &&
              value.get<double>() == static_cast<double>(value.get<std::int64_t>()));
    return type == "null"      ? value.is_null()
           : type == "boolean" ? value.is_boolean()
           : type == "number"  ? value.is_number()
           : type == "string"  ? value.is_string()
           : type == "array"   ? value.is_array()
                               : type == "object" && value.is_object();
  };
  for (const auto& [keyword, rule] : schema.items()) {
    if (keyword == "type") {
      const auto types = rule.is_array() ? rule : nlohmann::ordered_json::array({rule});
      if (std::none_of(types.begin(), types.end(),
                       [&](const auto& type) { return is(type.template get<std::string>()); }))
        return path + ": is not of type " + rule.dump();
    } else if (keyword == "enum") {
      if (std::none_of(rule.begin(), rule.end(),
                       [&](const auto& each) { return nlohmann::json(each) == value; }))
        return path + ": is none of " + rule.dump();
    } else if (keyword == "anyOf") {
      std::string all;
      for (const auto& each : rule) {
        const std::string problem = schema_problem(each, value, path);
        if (problem.empty()) {
          all.clear();
          break;
        }
        all += (all.empty() ? "" : "; or ") + problem;
      }
      if (!all.empty()) return all;
    } else if (keyword == "properties" && value.is_object()) {
      for (const auto& [key, inner] : value.items())
        if (rule.contains(key))
          if (std::string problem = schema_problem(rule[key], inner, path + "." + key);
              !problem.empty())
            return problem;
    } else if (keyword == "additionalProperties" && value.is_object()) {
      for (const auto& [key, inner] : value.items())
        if (!rule.template get<bool>() && !schema["properties"].contains(key))
          return path + "." + key + ": is no key";
    } else if (keyword == "items" && value.is_array()) {
      for (std::size_t i = 0; i < value.size(); ++i)
        if (std::string problem =
                schema_problem(rule, value[i], path + "[" + std::to_string(i) + "]");
            !problem.empty())
          return problem;
    } else if (keyword == "minimum" || keyword == "maximum" || keyword == "exclusiveMinimum") {
      if (!value.is_number()) continue;
      const double number = value.get<double>(), limit = rule.template get<double>();
      if (keyword == "minimum"   ? number < limit
          : keyword == "maximum" ? number > limit
                                 : number <= limit)
        return path + ": breaks " + keyword + " " + rule.dump();
    } else if (keyword == "minItems" || keyword == "maxItems") {
      const std::size_t limit = rule.template get<std::size_t>();
      if (value.is_array() && (keyword == "minItems" ? value.size() < limit : value.size() > limit))
        return path + ": breaks " + keyword + " " + rule.dump();
    } else if (keyword == "minProperties" || keyword == "maxProperties") {
      const std::size_t limit = rule.template get<std::size_t>();
      if (value.is_object() &&
          (keyword == "minProperties" ? value.size() < limit : value.size() > limit))
        return path + ": breaks " + keyword + " " + rule.dump();
    } else if (keyword != "description" && keyword != "default" && keyword != "title" &&
               keyword != "$schema" && keyword != "properties" && keyword != "items" &&
               keyword != "additionalProperties") {
      return path + ": a keyword that is not checked, " + keyword;
    }
  }
  return {};
}

}  // namespace vit::test
