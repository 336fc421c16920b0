#include "vit/sweep/journal_lock.h"

#include <signal.h>

#include <atomic>
#include <chrono>
#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using vit::JournalLock;
using vit::ProcessId;

TEST_CASE("Only one holds a lock at a time") {
  const vit::test::ScratchFolder folder;
  // A counter that is read and written in two steps, by four processes.
  vit::test::put(folder / "count", "0");
  std::vector<pid_t> children;
  for (int child = 0; child < 4; ++child) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      for (int i = 0; i < 25; ++i) {
        const JournalLock lock(folder / "j");
        const int count = std::atoi(vit::test::get(folder / "count").c_str());
        ::usleep(200);
        vit::test::put(folder / "count", std::to_string(count + 1));
      }
      ::_exit(0);
    }
    children.push_back(pid);
  }
  for (const pid_t child : children) ::waitpid(child, nullptr, 0);
  CHECK(vit::test::get(folder / "count") == "100");
  CHECK(folder.names() == std::vector<std::string>{"count"});
}

TEST_CASE("The lock of a process that was killed is taken at once") {
  const vit::test::ScratchFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    const JournalLock lock(folder / "j");
    ::raise(SIGKILL);
  }
  ::waitpid(child, nullptr, 0);
  CHECK(std::filesystem::exists(folder / "j.lock"));
  const auto start = std::chrono::steady_clock::now();
  const JournalLock lock(folder / "j");
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

TEST_CASE("A process is told from a later one with its number, and from another machine's") {
  const ProcessId self = vit::own_process();
  CHECK(vit::is_alive(self) == true);
  CHECK(ProcessId::parse(self.text()) == self);
  CHECK(vit::is_alive({self.host, self.pid, self.started - 1}) == false);
  CHECK(vit::is_alive({"another-" + self.host, self.pid, self.started}) == std::nullopt);
  CHECK_FALSE(ProcessId::parse("nonsense"));
  CHECK_FALSE(ProcessId::parse("host:x:y"));
}
