#pragma once

#include <map>
#include <span>
#include <string>
#include <utility>

#include "tests/support/http_server.h"
#include "vit/io/digest.h"

namespace vit::test {

/// A hub with one repository, `timm/tiny.a1`, at one commit. Large files are told by the SHA-256 of
/// their bytes and lie in a store of another address; small ones by a name of their own.
class FakeHub {
 public:
  static constexpr const char* kCommit = "0123456789abcdef0123456789abcdef01234567";

  std::map<std::string, std::string> large, small;                            // name: bytes
  HttpServer::Answer before = [](const HttpAsked&) { return HttpReply{0}; };  // 0: as usual

  [[nodiscard]] std::string url() const { return hub_.url(); }
  [[nodiscard]] std::size_t count(const std::string& method) const {
    std::size_t count = 0;
    for (const auto* server : {&hub_, &store_})
      for (const HttpAsked& asked : server->asked()) count += asked.method == method ? 1 : 0;
    return count;
  }
  [[nodiscard]] std::vector<HttpAsked> asked() const { return hub_.asked(); }

  static std::string sha256(const std::string& bytes) {
    return digest_of(std::as_bytes(std::span(bytes)));
  }

 private:
  HttpReply answer(const HttpAsked& asked) {
    const HttpReply first = before(asked);
    if (first.status != 0) return first;
    const std::string start = "/timm/tiny.a1/resolve/";
    if (asked.path.rfind(start, 0) != 0) return {401, {"X-Error-Code: RepoNotFound"}};
    const std::string rest = asked.path.substr(start.size());
    const std::string revision = rest.substr(0, rest.find('/'));
    const std::string name = rest.substr(revision.size() + 1);
    if (revision != "main" && revision != kCommit) return {404, {"X-Error-Code: RevisionNotFound"}};
    const std::string commit = std::string("X-Repo-Commit: ") + kCommit;
    if (const auto found = large.find(name); found != large.end())
      return {302,
              {commit, "Location: " + store_.url("/" + name), "ETag: \"of-the-redirect\"",
               "X-Linked-ETag: \"" + sha256(found->second) + "\"",
               "X-Linked-Size: " + std::to_string(found->second.size())}};
    if (const auto found = small.find(name); found != small.end())
      return {200, {commit, "ETag: \"small-" + name + "\""}, found->second};
    return {404, {"X-Error-Code: EntryNotFound", commit}, "Entry not found"};
  }

  HttpServer store_{[this](const HttpAsked& asked) {
    const HttpReply first = before(asked);
    if (first.status != 0) return first;
    const std::string& bytes = large.at(asked.path.substr(1));
    return ranged(asked, bytes, "\"" + sha256(bytes) + "\"");
  }};
  HttpServer hub_{[this](const HttpAsked& asked) { return answer(asked); }};
};

}  // namespace vit::test
