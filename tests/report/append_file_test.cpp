#include "vit/report/append_file.h"

#include <sys/resource.h>

#include <csignal>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using test::ScratchFolder;

TEST_CASE("records follow each other, also after the file was opened anew") {
  const ScratchFolder folder;
  AppendFile(folder / "log").append("one\n");
  AppendFile(folder / "log").append("two\n");
  CHECK(test::get(folder / "log") == "one\ntwo\n");
}

TEST_CASE("a record is in the file as soon as append returns") {
  const ScratchFolder folder;
  AppendFile file(folder / "log");
  file.append("now");
  CHECK(test::get(folder / "log") == "now");
}

TEST_CASE("a record that doesn't fit leaves nothing of itself") {
  const ScratchFolder folder;
  const auto said = test::in_child([&]() -> std::string {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{10, 10};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    AppendFile file(folder / "log");
    file.append("12345\n");
    const auto error = test::error_of([&] { file.append("67890 and more\n"); });
    return error && error->kind() == ErrorKind::resource ? error->what() : "no error";
  });
  REQUIRE(said);
  CHECK(said->find("cannot append") != std::string::npos);
  CHECK(test::get(folder / "log") == "12345\n");
}

TEST_CASE("a file that cannot be opened is an error that names it") {
  const ScratchFolder folder;
  const auto error = test::error_of([&] { AppendFile(folder / "no/such/folder/log"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK(error->where().find("no/such/folder/log") != std::string::npos);
}

TEST_CASE("a file that must be new isn't opened over another") {
  const ScratchFolder folder;
  test::put(folder / "log", "old");
  CHECK(test::error_of([&] { AppendFile(folder / "log", AppendFile::Open::must_be_new); }));
  CHECK(test::get(folder / "log") == "old");
}

TEST_CASE("the text of a file that isn't there is empty") {
  const ScratchFolder folder;
  CHECK(text_if_there(folder / "none").empty());
}
