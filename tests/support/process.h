#pragma once

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"

namespace vit::test {

/// The program as a process of its own, which can be sent signals.
class Process {
 public:
  /// Runs `vit ARGUMENTS…` in `folder`; stdout and stderr go to FOLDER/out.txt. `fault`: what
  /// tests/support/fault.cpp is told; "": nothing is preloaded.
  Process(const std::filesystem::path& folder, const std::vector<std::string>& arguments,
          const std::string& fault = "") {
    std::vector<std::string> words{VIT_PROGRAM};
    words.insert(words.end(), arguments.begin(), arguments.end());
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ > 0) return;
    if (::chdir(folder.c_str()) != 0) ::_exit(126);
    const int out = ::open("out.txt", O_WRONLY | O_CREAT | O_APPEND, 0644);
    ::dup2(out, 1);
    ::dup2(out, 2);
    if (!fault.empty()) {
      ::setenv("LD_PRELOAD", VIT_FAULT_LIBRARY, 1);
      ::setenv("VIT_FAULT", fault.c_str(), 1);
    }
    std::vector<char*> raw;
    for (std::string& word : words) raw.push_back(word.data());
    raw.push_back(nullptr);
    ::execv(raw[0], raw.data());
    ::_exit(127);
  }
  ~Process() {
    if (pid_ <= 0) return;
    send(SIGKILL);
    (void)wait();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void send(int signal) const { ::kill(pid_, signal); }

  /// The exit status, or minus the signal that ended it.
  int wait() {
    int status = 0;
    ::waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }

  /// The same, if it ends within this time.
  std::optional<int> wait_for(std::chrono::milliseconds time) {
    const auto end = std::chrono::steady_clock::now() + time;
    do {
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        pid_ = -1;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    } while (std::chrono::steady_clock::now() < end);
    return std::nullopt;
  }

 private:
  pid_t pid_ = -1;
};

}  // namespace vit::test
