#include "apps/output.h"

#include <iostream>

namespace vit::cli {

void print_json(const nlohmann::json& object) {
  // Names of files and classes may hold any bytes; JSON is UTF-8.
  print(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print(const std::string& text) { std::cout << text << std::endl; }

}  // namespace vit::cli
