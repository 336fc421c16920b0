#include "vit/core/log.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "vit/core/error.h"

namespace fs = std::filesystem;
using namespace vit;

namespace {

/// A file name of its own for each test; the terminal stays quiet meanwhile.
class QuietFile {
 public:
  QuietFile() : path(fs::temp_directory_path() / ("vit_log_" + std::to_string(::getpid()))) {
    fs::remove(path);
    log::set_console_level(log::Level::off);
  }
  ~QuietFile() {
    log::set_console_level(log::Level::info);
    fs::remove(path);
  }
  [[nodiscard]] std::string text() const {
    std::ostringstream out;
    out << std::ifstream(path).rdbuf();
    return out.str();
  }

  const fs::path path;
};

}  // namespace

TEST_CASE("a file takes everything from debug upwards, with its level and time") {
  const QuietFile file;
  {
    const log::FileSink sink(file.path);
    log::debug("details");
    log::info("progress");
    log::warn("beware");
    log::error("broken");
  }
  const std::string text = file.text();
  for (const std::string part :
       {"debug details\n", "info progress\n", "warning beware\n", "error broken\n"})
    CHECK(text.find(part) != std::string::npos);
  CHECK(text.substr(0, 2) == "20");
}

TEST_CASE("a file takes nothing after its end, and is continued, not begun anew") {
  const QuietFile file;
  {
    const log::FileSink sink(file.path);
    log::info("one");
  }
  log::info("two");
  {
    const log::FileSink sink(file.path);
    log::info("three");
  }
  const std::string text = file.text();
  CHECK(text.find("one") != std::string::npos);
  CHECK(text.find("two") == std::string::npos);
  CHECK(text.find("three") != std::string::npos);
}

TEST_CASE("braces in a message are text") {
  const QuietFile file;
  {
    const log::FileSink sink(file.path);
    log::info("{} {0} %s %v");
  }
  CHECK(file.text().find("{} {0} %s %v") != std::string::npos);
}

TEST_CASE("lines of several threads do not mix") {
  const QuietFile file;
  {
    const log::FileSink sink(file.path);
    std::vector<std::thread> threads;
    for (char name = 'a'; name < 'e'; ++name)
      threads.emplace_back([name] {
        for (int i = 0; i < 100; ++i) log::info(std::string(50, name));
      });
    for (std::thread& thread : threads) thread.join();
  }
  std::istringstream lines(file.text());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count)
    CHECK(line.substr(line.size() - 50) == std::string(50, line.back()));
  CHECK(count == 400);
}

TEST_CASE("a file that cannot be written is an error that names it") {
  try {
    const log::FileSink sink("/proc/no/such/log.txt");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::resource);
    CHECK(error.where() == "/proc/no/such/log.txt");
  }
}

TEST_CASE("what is for the file alone stands there at once, with its level") {
  const QuietFile file;
  const log::FileSink sink(file.path);
  log::to_file(log::Level::info, "epoch 1/2");
  CHECK(file.text().find("info epoch 1/2\n") != std::string::npos);
  log::to_file(log::Level::error, "diverged");
  CHECK(file.text().find("error diverged\n") != std::string::npos);
}
