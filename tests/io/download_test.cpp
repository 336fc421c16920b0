#include "vit/io/download.h"

#include <sys/resource.h>

#include <csignal>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/http_server.h"
#include "vit/io/digest.h"

using namespace vit;
using test::HttpAsked;
using test::HttpReply;
using test::HttpServer;
using test::ranged;

namespace {

/// A file of 300 kB in which no two places look alike.
std::string payload() {
  std::string bytes;
  for (unsigned i = 0; bytes.size() < 300'000; ++i) bytes += std::to_string(i * 2654435761U) + ",";
  return bytes;
}

Digest sha256(const std::string& bytes) {
  return {DigestKind::sha256, digest_of(std::as_bytes(std::span(bytes)))};
}

/// As the program's, but quick.
HttpPolicy quick() {
  HttpPolicy policy;
  policy.attempts = 3;
  policy.first_wait = std::chrono::milliseconds(1);
  policy.longest_wait = std::chrono::milliseconds(1500);
  policy.timeouts.connect = std::chrono::milliseconds(2000);
  policy.timeouts.low_speed_time = std::chrono::seconds(1);
  return policy;
}

struct Attempt {
  test::ScratchFolder folder;
  std::filesystem::path file = folder / "model.safetensors";

  /// The error, if there was one.
  std::optional<Error> fetch(const HttpServer& server, std::optional<std::uint64_t> size = {},
                             std::optional<Digest> digest = {}, const std::string& path = "/f") {
    return test::error_of([&] {
      download_file({server.url(path), file, size, std::move(digest)}, quick());
    });
  }
};

void check_names(const std::optional<Error>& error, const HttpServer& server,
                 const Attempt& attempt) {
  REQUIRE(error);
  INFO(error->what());
  CHECK(error->kind() == ErrorKind::resource);
  CHECK(error->where() == server.url("/f"));
  CHECK_THAT(error->problem(), Catch::Contains(attempt.file.string()));
  CHECK_FALSE(error->remedy().empty());
  CHECK_FALSE(std::filesystem::exists(attempt.file));
}

}  // namespace

TEST_CASE("A file arrives whole, with nothing beside it") {
  const std::string bytes = payload();
  HttpServer server([&](const HttpAsked& asked) { return ranged(asked, bytes, "\"v1\""); });
  Attempt attempt;
  std::uint64_t last = 0;
  download_file({server.url("/f"), attempt.file, bytes.size(), sha256(bytes)}, quick(),
                [&](const DownloadProgress& progress) {
                  CHECK(progress.bytes > last);
                  CHECK(progress.total == bytes.size());
                  last = progress.bytes;
                });
  CHECK(test::get(attempt.file) == bytes);
  CHECK(last == bytes.size());
  CHECK(attempt.folder.names() == std::vector<std::string>{"model.safetensors"});
  CHECK(server.asked().size() == 1);
  CHECK(server.asked()[0].header("accept-encoding") == "identity");
}

TEST_CASE("An empty file is a file") {
  HttpServer server([&](const HttpAsked&) { return HttpReply{}; });
  Attempt attempt;
  CHECK_FALSE(attempt.fetch(server, 0));
  CHECK_FALSE(attempt.fetch(server));
  CHECK(std::filesystem::file_size(attempt.file) == 0);
}

TEST_CASE("A connection that breaks off goes on from the last byte") {
  const std::string bytes = payload();
  int count = 0;
  HttpServer server([&](const HttpAsked& asked) {
    HttpReply reply = ranged(asked, bytes, "\"v1\"");
    if (++count <= 6) reply.cut_after = 40'000;  // more often than attempts: each brings bytes
    return reply;
  });
  Attempt attempt;
  CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
  CHECK(test::get(attempt.file) == bytes);
  const auto asked = server.asked();
  REQUIRE(asked.size() == 7);
  CHECK(asked[0].header("range").empty());
  CHECK(asked[1].header("range") == "bytes=40000-");
  CHECK(asked[6].header("range") == "bytes=240000-");
  CHECK(asked[6].header("if-range") == "\"v1\"");
}

TEST_CASE("A later process goes on from the last byte") {
  const std::string bytes = payload();
  bool healthy = false;
  HttpServer server([&](const HttpAsked& asked) {
    HttpReply reply = ranged(asked, bytes, "\"v1\"");
    if (!healthy) reply.cut_after = asked.header("range").empty() ? 100'000 : 0;
    return reply;
  });
  Attempt attempt;
  const auto error = attempt.fetch(server, bytes.size(), sha256(bytes));
  check_names(error, server, attempt);
  CHECK(std::filesystem::file_size(attempt.folder / "model.safetensors.part") == 100'000);

  healthy = true;
  const std::size_t before = server.asked().size();
  CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
  CHECK(test::get(attempt.file) == bytes);
  CHECK(server.asked().at(before).header("range") == "bytes=100000-");
  CHECK(attempt.folder.names() == std::vector<std::string>{"model.safetensors"});
}

TEST_CASE("A file that changed since the first part is fetched from the start") {
  const std::string old_bytes = payload();
  const std::string bytes = "new " + payload();
  int count = 0;
  HttpServer server([&](const HttpAsked& asked) {
    if (++count > 1) return ranged(asked, bytes, "\"v2\"");
    HttpReply reply = ranged(asked, old_bytes, "\"v1\"");
    reply.cut_after = 50'000;
    return reply;
  });
  Attempt attempt;
  CHECK_FALSE(attempt.fetch(server));  // nothing known of it but the server's word
  CHECK(test::get(attempt.file) == bytes);
}

TEST_CASE("Without a version or a digest, nothing is put together") {
  const std::string bytes = payload();
  int count = 0;
  HttpServer server([&](const HttpAsked& asked) {
    HttpReply reply = ranged(asked, bytes, "W/\"weak\"");
    if (++count == 1) reply.cut_after = 50'000;
    return reply;
  });
  Attempt attempt;
  CHECK_FALSE(attempt.fetch(server));
  CHECK(test::get(attempt.file) == bytes);
  CHECK(server.asked()[1].header("range").empty());
}

TEST_CASE("A server that ignores the range sends all again") {
  const std::string bytes = payload();
  int count = 0;
  HttpServer server([&](const HttpAsked&) {
    HttpReply reply{200, {"ETag: \"v1\""}, bytes};
    if (++count == 1) reply.cut_after = 50'000;
    return reply;
  });
  Attempt attempt;
  CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
  CHECK(test::get(attempt.file) == bytes);
}

TEST_CASE("A server that sends another range than was asked for is not believed") {
  const std::string bytes = payload();
  int count = 0;
  HttpServer server([&](const HttpAsked& asked) {
    HttpReply reply = ranged(asked, bytes, "\"v1\"");
    if (++count == 1) reply.cut_after = 50'000;
    if (count == 2) reply.headers.back() = "Content-Range: bytes 0-299999/300000";
    return reply;
  });
  Attempt attempt;
  const auto error = attempt.fetch(server, bytes.size(), sha256(bytes));
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains("50000"));
}

TEST_CASE("A part that is longer than the file, or of another file, is replaced") {
  const std::string bytes = payload();
  HttpServer server([&](const HttpAsked& asked) { return ranged(asked, bytes, "\"v1\""); });
  Attempt attempt;
  SECTION("longer") {
    test::put(attempt.folder / "model.safetensors.part", bytes + "more");
    CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
  }
  SECTION("as long, of unknown size: the server has no byte after it (416)") {
    test::put(attempt.folder / "model.safetensors.part", std::string(bytes.size(), 'x'));
    CHECK_FALSE(attempt.fetch(server, {}, sha256(bytes)));
  }
  SECTION("other bytes: found by the digest, then fetched once more") {
    test::put(attempt.folder / "model.safetensors.part", std::string(1000, 'x'));
    CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
    CHECK(server.asked().size() == 2);
  }
  SECTION("all bytes, right: no need to ask") {
    test::put(attempt.folder / "model.safetensors.part", bytes);
    CHECK_FALSE(attempt.fetch(server, bytes.size(), sha256(bytes)));
    CHECK(server.asked().empty());
  }
  CHECK(test::get(attempt.file) == bytes);
  CHECK(attempt.folder.names() == std::vector<std::string>{"model.safetensors"});
}

TEST_CASE("A wrong size is found before a byte is written") {
  HttpServer server([&](const HttpAsked&) { return HttpReply{200, {}, payload()}; });
  Attempt attempt;
  const auto error = attempt.fetch(server, 1000);
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains("expected 1000 bytes, the server has 300"));
  CHECK(attempt.folder.names().empty());
}

TEST_CASE("A wrong digest leaves nothing behind") {
  HttpServer server([&](const HttpAsked&) { return HttpReply{200, {}, payload()}; });
  Attempt attempt;
  const auto error = attempt.fetch(server, payload().size(), sha256("something else"));
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains("expected SHA-256 " + sha256("something else").hex));
  CHECK(attempt.folder.names().empty());
  CHECK(server.asked().size() == 1);
}

TEST_CASE("A web page is not taken for the file") {
  const char* page = GENERATE("<!DOCTYPE html><html>", "\n  <html lang=en>", "<!doctype HTML >");
  HttpServer server([&](const HttpAsked&) {
    return HttpReply{200, {"Content-Type: text/html"}, std::string(page) + "Sign in</html>"};
  });
  Attempt attempt;
  const auto error = attempt.fetch(server);
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains("web page"));
  CHECK(attempt.folder.names().empty());
}

TEST_CASE("What the server answers is said, with what to do") {
  const auto [status, words] = GENERATE(table<int, std::string>(
      {{401, "401"}, {403, "403"}, {404, "no such file"}, {410, "410"}, {418, "418"}}));
  const int code = status;
  HttpServer server([&](const HttpAsked&) { return HttpReply{code, {}, "<html>sorry</html>"}; });
  Attempt attempt;
  const auto error = attempt.fetch(server);
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains(words));
  CHECK(server.asked().size() == 1);  // asking again would not help
  CHECK(attempt.folder.names().empty());
}

TEST_CASE("A server in trouble is asked again, as often as the policy says") {
  const int status = GENERATE(408, 429, 500, 502, 503, 504);
  int count = 0;
  const int healthy_at = GENERATE(3, 1000);
  HttpServer server([&](const HttpAsked& asked) {
    return ++count < healthy_at ? HttpReply{status, {}, "busy"} : ranged(asked, "bytes", "\"1\"");
  });
  Attempt attempt;
  const auto error = attempt.fetch(server);
  if (healthy_at == 3)
    CHECK_FALSE(error);
  else
    check_names(error, server, attempt);
  CHECK(server.asked().size() == 3);
}

TEST_CASE("Retry-After is waited for, unless it is too long") {
  int count = 0;
  const std::string seconds = GENERATE("1", "3600");
  HttpServer server([&](const HttpAsked& asked) {
    return ++count == 1 ? HttpReply{429, {"Retry-After: " + seconds}, ""}
                        : ranged(asked, "bytes", "\"1\"");
  });
  Attempt attempt;
  const auto start = std::chrono::steady_clock::now();
  const auto error = attempt.fetch(server);
  const auto took = std::chrono::steady_clock::now() - start;
  if (seconds == "1") {
    CHECK_FALSE(error);
    CHECK(took >= std::chrono::milliseconds(1000));
  } else {
    check_names(error, server, attempt);
    CHECK_THAT(error->remedy(), Catch::Contains("3600 s"));
    CHECK(took < std::chrono::seconds(1));
  }
}

TEST_CASE("Redirects are followed, but the token stays with its host") {
  const std::string bytes = payload();
  HttpServer cdn([&](const HttpAsked& asked) { return ranged(asked, bytes, "\"v1\""); });
  HttpServer server([&](const HttpAsked& asked) {
    if (asked.path == "/f") return HttpReply{307, {"Location: /g"}};
    return HttpReply{302, {"Location: " + cdn.url("/blob")}};
  });
  Attempt attempt;
  download_file({server.url("/f"), attempt.file, bytes.size(), sha256(bytes), "secret"}, quick());
  CHECK(test::get(attempt.file) == bytes);
  CHECK(server.asked().at(1).header("authorization") == "Bearer secret");
  CHECK(cdn.asked().at(0).header("authorization").empty());
}

TEST_CASE("Redirects that go round, or out of the web, are errors") {
  const char* to = GENERATE("/f", "file:///etc/passwd", "ftp://127.0.0.1/f");
  HttpServer server([&](const HttpAsked&) {
    return HttpReply{302, {std::string("Location: ") + to}};
  });
  Attempt attempt;
  check_names(attempt.fetch(server), server, attempt);
}

TEST_CASE("A server that says nothing for too long has stalled") {
  HttpServer server([&](const HttpAsked& asked) {
    HttpReply reply = ranged(asked, "bytes", "\"1\"");
    reply.pause = std::chrono::seconds(20);
    return reply;
  });
  Attempt attempt;
  HttpPolicy policy = quick();
  policy.attempts = 1;
  const auto error = test::error_of([&] {
    download_file({server.url("/f"), attempt.file}, policy);
  });
  check_names(error, server, attempt);
  CHECK_THAT(error->problem(), Catch::Contains("too slow"));
}

TEST_CASE("A server that is not there") {
  std::string url;
  {
    url = HttpServer([](const HttpAsked&) { return HttpReply{}; }).url("/f");
  }
  Attempt attempt;
  const auto error = test::error_of([&] { download_file({url, attempt.file}, quick()); });
  REQUIRE(error);
  CHECK_THAT(error->remedy(), Catch::Contains("proxy"));
  CHECK(attempt.folder.names().empty());
}

TEST_CASE("Addresses of other kinds are refused") {
  Attempt attempt;
  const char* url = GENERATE("file:///etc/passwd", "ftp://127.0.0.1/x", "/etc/passwd", "");
  const auto error = test::error_of([&] { download_file({url, attempt.file}, quick()); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK_THAT(error->remedy(), Catch::Contains("https://"));
}

TEST_CASE("Two processes do not fetch one file at once") {
  Attempt attempt;
  HttpServer server([&](const HttpAsked& asked) { return ranged(asked, "bytes", "\"1\""); });
  std::optional<Error> second;
  download_file({server.url("/f"), attempt.file}, quick(),
                [&](const DownloadProgress&) { second = attempt.fetch(server); });
  REQUIRE(second);
  CHECK_THAT(second->problem(), Catch::Contains("another process"));
  CHECK(test::get(attempt.file) == "bytes");
}

TEST_CASE("What the observer throws stops the download and keeps the bytes") {
  Attempt attempt;
  HttpServer server([&](const HttpAsked& asked) { return ranged(asked, payload(), "\"1\""); });
  CHECK_THROWS_AS(download_file({server.url("/f"), attempt.file}, quick(),
                                [](const DownloadProgress&) { throw std::runtime_error("stop"); }),
                  std::runtime_error);
  CHECK_FALSE(std::filesystem::exists(attempt.file));
  CHECK(std::filesystem::file_size(attempt.folder / "model.safetensors.part") > 0);
}

TEST_CASE("A disk without space ends it with the path and what to do") {
  Attempt attempt;
  HttpServer server([&](const HttpAsked& asked) { return ranged(asked, payload(), "\"1\""); });
  SECTION("known beforehand: more than any disk has") {
    HttpServer vast([&](const HttpAsked&) {
      HttpReply reply{200, {}, payload()};
      reply.says_length = std::size_t{1} << 60;
      return reply;
    });
    const auto error = attempt.fetch(vast);
    REQUIRE(error);
    CHECK_THAT(error->what(), Catch::Contains("free some space") &&
                                  Catch::Contains(attempt.file.filename().string()));
  }
  SECTION("found while writing") {
    const auto text = test::in_child([&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{100'000, 100'000};
      ::setrlimit(RLIMIT_FSIZE, &limit);
      const auto error = attempt.fetch(server);
      return error ? std::string(error->what()) : std::string("no error");
    });
    REQUIRE(text);
    CHECK_THAT(*text, Catch::Contains("model.safetensors.part") && Catch::Contains("ulimit"));
  }
  CHECK_FALSE(std::filesystem::exists(attempt.file));
}

TEST_CASE("The proxy of the environment is used") {
  // The proxy is our own server: it is asked for the whole address.
  HttpServer proxy([&](const HttpAsked& asked) { return ranged(asked, asked.path, "\"1\""); });
  Attempt attempt;
  const auto text = test::in_child([&] {
    ::setenv("http_proxy", proxy.url().c_str(), 1);
    download_file({"http://weights.invalid/f", attempt.file}, quick());
    return std::string("done");
  });
  CHECK(text == "done");
  CHECK(test::get(attempt.file) == "http://weights.invalid/f");
}
