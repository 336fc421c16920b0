#include "vit/io/home_path.h"

#include <cstdlib>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::expand_home;

namespace {

/// HOME has this value while the object lives.
class Home {
 public:
  explicit Home(const char* value) {
    if (const char* before = std::getenv("HOME")) before_ = before;
    value == nullptr ? ::unsetenv("HOME") : ::setenv("HOME", value, 1);
  }
  ~Home() { ::setenv("HOME", before_.c_str(), 1); }
  Home(const Home&) = delete;
  Home& operator=(const Home&) = delete;

 private:
  std::string before_;
};

}  // namespace

TEST_CASE("A tilde is the home folder, and only at the beginning") {
  const Home home("/home/somebody");
  CHECK(expand_home("~") == "/home/somebody");
  CHECK(expand_home("~/a/b.yaml") == "/home/somebody/a/b.yaml");
  for (const char* path : {"", "a/b", "/a", "./~", "./~/x", "a~", "a/~/b"})
    CHECK(expand_home(path) == path);
}

TEST_CASE("Without HOME, the system knows where a user is at home") {
  const Home home(nullptr);
  CHECK(expand_home("~/x") == expand_home("~") + "/x");
  CHECK(expand_home("~").starts_with('/'));
  CHECK(expand_home("~root/x").starts_with('/'));
  CHECK(expand_home("~root/x").ends_with("/x"));
}

TEST_CASE("The home of nobody known is an error, not a folder of that name") {
  const auto error = vit::test::error_of([] { (void)expand_home("~no-such-user/x"); });
  REQUIRE(error);
  CHECK(error->kind() == vit::ErrorKind::usage);
  CHECK_THAT(error->what(), Catch::Contains("there is no user no-such-user"));
  CHECK_THAT(error->remedy(), Catch::Contains("./~no-such-user/x"));
}
