#include "vit/io/file_error.h"

#include <cerrno>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a failed system call is told as path, attempt, reason and remedy") {
  const Error error = file_error("a/b.txt", "cannot write", EROFS);
  CHECK(error.kind() == ErrorKind::resource);
  CHECK(error.where() == "a/b.txt");
  CHECK(error.problem() == "cannot write: Read-only file system");
  CHECK_THAT(error.remedy(), Catch::Contains("on another"));
}

TEST_CASE("for a file that is missing, the name beside it that was meant") {
  const ScratchFolder folder;
  put(folder / "experiment.yaml", "");
  const Error near = file_error(folder / "experimnet.yaml", "cannot open", ENOENT);
  CHECK_THAT(near.remedy(), Catch::Contains("did you mean"));
  CHECK_THAT(near.remedy(), Catch::Contains("experiment.yaml?"));
  const Error far = file_error(folder / "zzz", "cannot open", ENOENT);
  CHECK(far.remedy() == "correct the path");
}

TEST_CASE("for a path without its folder, the folder that is missing") {
  const ScratchFolder folder;
  const Error error = file_error(folder / "no/x.txt", "cannot open", ENOENT);
  CHECK_THAT(error.remedy(), Catch::Contains("there is no folder"));
  CHECK_THAT(error.remedy(), Catch::Contains("/no"));
}

TEST_CASE("a relative path that is missing comes with where it starts") {
  const Error error = file_error("zzzzzzzz", "cannot open", ENOENT);
  CHECK_THAT(error.remedy(), Catch::Contains(std::filesystem::current_path().native()));
}

TEST_CASE("a full disk comes with the space that is left") {
  const ScratchFolder folder;
  CHECK_THAT(file_error(folder / "x", "cannot write", ENOSPC).remedy(),
             Catch::Contains("MiB left"));
}

TEST_CASE("every reason that a person can mend has a remedy; others have none") {
  for (const int number : {EACCES, EPERM, EDQUOT, EFBIG, EMFILE, EISDIR, ENOTDIR, ELOOP, EIO}) {
    INFO(number);
    CHECK_FALSE(file_error("x", "cannot open", number).remedy().empty());
  }
  CHECK(file_error("x", "cannot open", ECHILD).remedy().empty());
}

TEST_CASE("what a name does to a terminal is taken out of the message") {
  const Error error = file_error("a\x1b[2J\n.txt", "cannot open", EIO);
  CHECK(std::string(error.what()).find('\x1b') == std::string::npos);
  CHECK(error.where().find('\n') == std::string::npos);
}
