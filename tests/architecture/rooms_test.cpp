#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "tests/catch.h"

namespace {

namespace fs = std::filesystem;
using Rooms = std::set<std::string>;

/// The rooms of vit/README.md, and for each the rooms it may include besides itself.
std::map<std::string, Rooms> allowed_includes() {
  const std::vector<std::vector<std::string>> order = {
      {"core"},
      {"io"},
      {"image"},
      {"report"},
      {"config"},
      {"augment"},
      {"text"},
      {"data"},
      {"kernels"},
      {"nn"},
      {"models"},
      {"weights"},
      {"loss", "optim", "metrics"},
      {"train"},
      {"tasks"},
      {"export"},
      {"experiment"},
      {"run"},
      {"sweep"},
  };
  std::map<std::string, Rooms> allowed;
  Rooms above;
  for (const auto& level : order) {
    for (const auto& room : level) allowed[room] = above;
    above.insert(level.begin(), level.end());
  }
  return allowed;
}

struct Include {
  fs::path file;
  int line;
  std::string header;
};

fs::path source_folder() { return VIT_SOURCE_DIR; }

std::vector<fs::path> sources_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(source_folder() / folder)) {
    const auto extension = entry.path().extension();
    if (extension == ".h" || extension == ".cpp") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> lines_of(const fs::path& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::vector<Include> includes_in(const fs::path& folder) {
  static const std::regex directive(R"(^\s*#\s*include\s*[<"]([^>"]+)[>"].*)");
  std::vector<Include> includes;
  for (const auto& file : sources_in(folder)) {
    int line = 0;
    for (const auto& text : lines_of(file)) {
      ++line;
      std::smatch match;
      if (std::regex_match(text, match, directive)) includes.push_back({file, line, match[1]});
    }
  }
  return includes;
}

/// The room of "vit/nn/mlp.h" is "nn"; of anything else "".
std::string room_of(const std::string& header) {
  static const std::regex path(R"(vit/([^/]+)/.*)");
  std::smatch match;
  return std::regex_match(header, match, path) ? match[1].str() : "";
}

bool starts_with_any(const std::string& text, const std::vector<std::string>& prefixes) {
  return std::any_of(prefixes.begin(), prefixes.end(),
                     [&](const auto& prefix) { return text.rfind(prefix, 0) == 0; });
}

std::string place(const Include& include) {
  return fs::relative(include.file, source_folder()).string() + ":" + std::to_string(include.line) +
         ": includes " + include.header;
}

bool has_torch(const std::set<std::string>& headers) {
  return std::any_of(headers.begin(), headers.end(), [](const auto& header) {
    return starts_with_any(header, {"torch/", "ATen/", "c10/", "caffe2/"});
  });
}

/// Who includes whom, followed through our own headers.
class IncludeGraph {
 public:
  IncludeGraph() {
    for (const auto& include : includes_in("vit")) {
      direct_[fs::relative(include.file, source_folder()).generic_string()].push_back(
          include.header);
    }
  }

  /// All that is included with this file.
  [[nodiscard]] std::set<std::string> brought_by(const std::string& file) const {
    std::set<std::string> brought;
    std::vector<std::string> pending = {file};
    while (!pending.empty()) {
      const auto found = direct_.find(pending.back());
      pending.pop_back();
      if (found == direct_.end()) continue;
      for (const auto& include : found->second) {
        if (brought.insert(include).second) pending.push_back(include);
      }
    }
    return brought;
  }

 private:
  std::map<std::string, std::vector<std::string>> direct_;
};

}  // namespace

TEST_CASE("each folder under vit is a room that the design knows") {
  const auto allowed = allowed_includes();
  for (const auto& entry : fs::directory_iterator(source_folder() / "vit")) {
    if (!entry.is_directory()) continue;
    INFO("vit/" << entry.path().filename().string());
    CHECK(allowed.count(entry.path().filename().string()) == 1);
  }
}

TEST_CASE("a room includes only rooms that stand before it") {
  const auto allowed = allowed_includes();
  for (const auto& include : includes_in("vit")) {
    const std::string from = room_of(fs::relative(include.file, source_folder()).generic_string());
    const std::string to = room_of(include.header);
    if (to.empty() || to == from) continue;
    INFO(place(include));
    CHECK(allowed.at(from).count(to) == 1);
  }
}

TEST_CASE("our own headers are included by their path from the root, everything else in <>") {
  for (const auto& folder : {"vit", "apps"}) {
    for (const auto& include : includes_in(folder)) {
      INFO(place(include));
      CHECK(include.header.find("../") == std::string::npos);
      CHECK(fs::exists(source_folder() / include.header) ==
            starts_with_any(include.header, {"vit/", "apps/"}));
      CHECK(!starts_with_any(include.header, {"tests/"}));
    }
  }
}

TEST_CASE("a task is its folder and its line in the registry: nothing else includes it") {
  static const std::regex of_a_task(R"(vit/tasks/[^/]+/.*)");
  for (const auto& folder : {"vit", "apps"}) {
    for (const auto& include : includes_in(folder)) {
      const auto file = fs::relative(include.file, source_folder()).generic_string();
      if (std::regex_match(file, of_a_task) || file == "vit/tasks/registry.cpp") continue;
      INFO(place(include));
      CHECK_FALSE(std::regex_match(include.header, of_a_task));
    }
  }
}

TEST_CASE("the rooms before data know no torch, not even through another header") {
  const IncludeGraph graph;
  for (const auto& room : {"core", "io", "image", "report", "config", "augment", "text"}) {
    for (const auto& file : sources_in(fs::path("vit") / room)) {
      const auto name = fs::relative(file, source_folder()).generic_string();
      INFO(name);
      CHECK(!has_torch(graph.brought_by(name)));
    }
  }
}

TEST_CASE("a library that one room hides is included by no other") {
  struct Hidden {
    std::string header;
    std::vector<std::string> users;
  };
  const std::vector<Hidden> hidden = {
      {"yaml-cpp/", {"vit/config/"}},
      {"CLI/", {"apps/"}},
      {"spdlog/", {"vit/core/log.cpp"}},
      {"fmt/", {}},
      {"opencv2/", {"vit/image/"}},
      {"archive", {"vit/io/"}},
      {"curl/", {"vit/io/"}},
      {"expat.h", {"vit/data/xml.cpp"}},
      {"unicode/", {"vit/text/unicode.cpp"}},
  };
  for (const auto& folder : {"vit", "apps"}) {
    for (const auto& include : includes_in(folder)) {
      const auto file = fs::relative(include.file, source_folder()).generic_string();
      for (const auto& library : hidden) {
        if (!starts_with_any(include.header, {library.header})) continue;
        INFO(place(include));
        CHECK(starts_with_any(file, library.users));
      }
    }
  }
}

TEST_CASE("no public header shows another library's types, but for torch's") {
  for (const auto& include : includes_in("vit")) {
    if (include.file.extension() != ".h") continue;
    INFO(place(include));
    CHECK(!starts_with_any(include.header, {"opencv2/", "yaml-cpp/", "CLI/", "spdlog/", "archive",
                                            "curl/", "unicode/"}));
  }
}

TEST_CASE("a header brings the standard headers of what it names, by itself or through ours") {
  // The precompiled header hides these from the compiler; a user of the library has none.
  const std::map<std::string, std::string> home = {
      {"array", "array"},
      {"atomic", "atomic"},
      {"byte", "cstddef"},
      {"condition_variable", "condition_variable"},
      {"deque", "deque"},
      {"exception_ptr", "exception"},
      {"filesystem", "filesystem"},
      {"function", "functional"},
      {"future", "future"},
      {"int64_t", "cstdint"},
      {"map", "map"},
      {"mutex", "mutex"},
      {"numeric_limits", "limits"},
      {"optional", "optional"},
      {"runtime_error", "stdexcept"},
      {"set", "set"},
      {"shared_ptr", "memory"},
      {"span", "span"},
      {"string", "string"},
      {"string_view", "string_view"},
      {"thread", "thread"},
      {"tuple", "tuple"},
      {"uint32_t", "cstdint"},
      {"uint64_t", "cstdint"},
      {"uint8_t", "cstdint"},
      {"unique_ptr", "memory"},
      {"unordered_map", "unordered_map"},
      {"variant", "variant"},
      {"vector", "vector"},
  };
  static const std::regex named(R"(\bstd::([a-z0-9_]+))");
  const IncludeGraph graph;
  for (const auto& file : sources_in("vit")) {
    if (file.extension() != ".h") continue;
    const auto header = fs::relative(file, source_folder()).generic_string();
    const auto brought = graph.brought_by(header);
    // torch's own interface is made of all of these.
    if (has_torch(brought)) continue;
    std::set<std::string> missing;
    for (const auto& text : lines_of(file)) {
      const std::string code = text.substr(0, text.find("//"));
      for (std::sregex_iterator it(code.begin(), code.end(), named), end; it != end; ++it) {
        const auto found = home.find((*it)[1]);
        if (found != home.end() && brought.count(found->second) == 0) missing.insert(found->second);
      }
    }
    for (const auto& include : missing) {
      INFO(header << " lacks #include <" << include << ">");
      CHECK(missing.empty());
    }
  }
}
