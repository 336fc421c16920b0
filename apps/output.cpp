#include "apps/output.h"

#include <iostream>

#include "vit/core/error.h"

namespace vit::cli {

void print_json(const nlohmann::json& object) {
  // Names of files and classes may hold any bytes; JSON is UTF-8.
  print(object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace));
}

void print(const std::string& text) { std::cout << text << std::endl; }

void require_printed() {
  std::cout.flush();
  if (!std::cout)
    throw Error(ErrorKind::resource, "standard output", "cannot be written, or not to its end",
                "make room where it goes, or let it go elsewhere");
}

}  // namespace vit::cli
