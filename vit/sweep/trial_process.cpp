#include "vit/sweep/trial_process.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <nlohmann/json.hpp>
#include <utility>

#include "vit/core/error.h"
#include "vit/core/log.h"
#include "vit/core/text.h"
#include "vit/io/file_descriptor.h"
#include "vit/io/file_error.h"
#include "vit/report/append_file.h"
#include "vit/report/number.h"
#include "vit/sweep/training_trial.h"

namespace vit {
namespace {

namespace fs = std::filesystem;

double seconds_now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

fs::path output_of(const fs::path& directory) { return directory / "output.txt"; }
fs::path result_of(const fs::path& directory) { return directory / ".result.json"; }

/// A child dies with its parent, is signalled by it alone, and writes into a file.
void settle_child(pid_t parent, const fs::path& output) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(137);
  ::setpgid(0, 0);
  const int in = ::open("/dev/null", O_RDONLY);
  const int out = ::open(output.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  if (in < 0 || out < 0) ::_exit(5);
  ::dup2(in, 0);
  ::dup2(out, 1);
  ::dup2(out, 2);
}

std::string json_text(const nlohmann::json& object) {
  return object.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

nlohmann::json failure_json(int code, const std::string& where, const std::string& what,
                            const std::string& remedy) {
  return {{"code", code}, {"where", where}, {"what", what}, {"remedy", remedy}};
}

/// Runs `body` and returns its JSON, or what went wrong.
nlohmann::json guarded(const std::function<nlohmann::json()>& body) {
  try {
    return body();
  } catch (const Error& problem) {
    return failure_json(problem.exit_code(), problem.where(), problem.problem(), problem.remedy());
  } catch (const std::bad_alloc&) {
    return failure_json(5, "", "out of memory", "lower data.batch_size or model.img_size");
  } catch (const std::exception& problem) {
    std::string text = problem.what();
    return failure_json(1, "", text.substr(0, text.find("\nException raised from")), "");
  }
}

void write_result(const fs::path& file, const std::string& text) {
  const FileDescriptor fd(::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!fd.valid() || ::write(fd.get(), text.data(), text.size()) < 0) ::_exit(5);
}

[[noreturn]] void train_in_child(const TrialRecipe& recipe, const TrialTask& task) {
  log::set_console_level(log::Level::warn);
  const nlohmann::json result = guarded([&] { return run_training_trial(recipe, task); });
  write_result(result_of(task.directory), json_text(result));
  std::fflush(nullptr);
  ::_exit(result.value("code", 0));
}

/// A command and its environment, as execvpe wants them: made before the fork, since a child that
/// shares its parent's memory must not make them.
class Command {
 public:
  Command(std::vector<std::string> words, const TrialTask& task) : words_(std::move(words)) {
    for (char** variable = environ; *variable != nullptr; ++variable)
      if (std::strncmp(*variable, "VIT_TRIAL", 9) != 0) environment_.emplace_back(*variable);
    environment_.push_back("VIT_TRIAL=" + std::to_string(task.job.trial));
    environment_.push_back("VIT_TRIAL_DIR=" + task.directory.string());
    for (auto [texts, pointers] :
         {std::pair(&words_, &raw_words_), std::pair(&environment_, &raw_environment_)}) {
      for (std::string& text : *texts) pointers->push_back(text.data());
      pointers->push_back(nullptr);
    }
  }
  [[noreturn]] void exec() const {
    ::execvpe(raw_words_[0], raw_words_.data(), raw_environment_.data());
    const char* reason = std::strerror(errno);
    (void)!::write(2, raw_words_[0], std::strlen(raw_words_[0]));
    (void)!::write(2, ": ", 2);
    (void)!::write(2, reason, std::strlen(reason));
    (void)!::write(2, "\n", 1);
    ::_exit(127);
  }

 private:
  std::vector<std::string> words_, environment_;
  mutable std::vector<char*> raw_words_, raw_environment_;
};

/// Starts a command in a child that borrows this process's memory until it is another program: a
/// copy of the memory map, which LibTorch makes large, would cost more than all else.
pid_t start_command(const Command& command, pid_t parent, const fs::path& output) {
  const pid_t child = ::vfork();
  if (child != 0) return child;
  settle_child(parent, output);
  command.exec();
}

std::string last_line(const std::string& text) {
  std::size_t end = text.find_last_not_of(" \t\r\n");
  if (end == std::string::npos) return {};
  const std::size_t begin = text.find_last_of('\n', end);
  return text.substr(begin == std::string::npos ? 0 : begin + 1,
                     end - (begin == std::string::npos ? 0 : begin + 1) + 1);
}

}  // namespace

TrialProcess::TrialProcess(const TrialRecipe& recipe, const TrialTask& task)
    : task_(task),
      metric_(recipe.metric),
      trains_(recipe.command.empty()),
      started_(seconds_now()) {
  std::error_code error;
  fs::create_directories(task.directory, error);
  if (error) throw file_error(task.directory, "cannot make the folder", error.value());
  fs::remove(result_of(task.directory), error);
  if (!trains_) fs::remove(output_of(task.directory), error);
  const pid_t parent = ::getpid();
  const fs::path output = output_of(task.directory);
  std::fflush(nullptr);
  if (trains_) {
    pid_ = ::fork();
    if (pid_ == 0) {
      settle_child(parent, output);
      train_in_child(recipe, task);
    }
  } else {
    pid_ = start_command(Command(filled_in(recipe.command, task), task), parent, output);
  }
  if (pid_ < 0) throw file_error(task.directory, "cannot start a process", errno);
  pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
}

TrialProcess::~TrialProcess() {
  if (pid_ > 0) {
    ::kill(-pid_, SIGKILL);
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
  }
  if (pidfd_ >= 0) ::close(pidfd_);
}

void TrialProcess::stop() {
  if (pid_ <= 0 || std::exchange(asked_to_stop_, true)) return;
  // A command may have children of its own; before it has a group it is alone.
  if (trains_ || ::kill(-pid_, SIGTERM) != 0) ::kill(pid_, SIGTERM);
}

std::optional<TrialOutcome> TrialProcess::poll() {
  int status = 0;
  const pid_t ended = ::waitpid(pid_, &status, WNOHANG);
  if (ended == 0 || (ended < 0 && errno == EINTR)) return std::nullopt;
  pid_ = -1;
  return outcome(status);
}

TrialOutcome TrialProcess::outcome(int status) const {
  const auto failure = [&](int code, std::string message) {
    return TrialFailure{task_.job.epochs, code, std::move(message)};
  };
  if (asked_to_stop_ && (WIFSIGNALED(status) || WEXITSTATUS(status) != 0)) return TrialStopped();
  if (WIFSIGNALED(status)) {
    const int signal = WTERMSIG(status);
    return failure(5, str("killed by signal ", signal, " (", ::strsignal(signal), ")",
                          signal == SIGKILL ? ": the machine may have run out of memory" : ""));
  }
  const int code = WEXITSTATUS(status);
  try {
    TrialResult result;
    if (trains_) {
      const auto object = nlohmann::json::parse(text_if_there(result_of(task_.directory)), nullptr,
                                                /*allow_exceptions=*/false);
      std::error_code ignored;
      fs::remove(result_of(task_.directory), ignored);
      if (!object.is_object())
        return failure(code == 0 ? 1 : code, "ended without a result; its output.txt may say why");
      if (object.contains("stopped")) return TrialStopped();
      if (object.contains("code")) {
        const auto where = object.at("where").get<std::string>();
        return failure(object.at("code").get<int>(),
                       (where.empty() ? "" : where + ": ") + object.at("what").get<std::string>());
      }
      result.value = object.at("value").get<double>();
      result.best_epoch = object.at("best_epoch").get<std::int64_t>();
      for (const auto& [name, value] : object.at("figures").items())
        result.figures.emplace_back(name, value.get<double>());
    } else {
      const std::string output = text_if_there(output_of(task_.directory));
      if (code != 0)
        return failure(code, str("exit code ", code, ": ", printable(last_line(output))));
      result = result_of_output(output, metric_);
    }
    result.seconds = seconds_now() - started_;
    return result;
  } catch (const Error& problem) {
    return failure(problem.exit_code(), problem.problem());
  }
}

TrialResult result_of_output(const std::string& output, const std::string& metric) {
  const std::string line = last_line(output);
  TrialResult result;
  std::optional<double> value = parse_number(line);
  const auto object = nlohmann::json::parse(line, nullptr, /*allow_exceptions=*/false);
  if (object.is_object()) {
    for (const auto& [name, number] : object.items()) {
      if (!number.is_number()) continue;
      if (name == metric)
        value = number.get<double>();
      else
        result.figures.emplace_back(name, number.get<double>());
    }
  }
  if (!value)
    throw Error(ErrorKind::data, "",
                str("expected the last line of its output to be a number, or a JSON object with ",
                    in_quotes(metric), "; found ", in_quotes(line)));
  if (!std::isfinite(*value)) throw Error(ErrorKind::numerical, "", str("the metric is ", line));
  result.value = *value;
  return result;
}

std::vector<std::string> filled_in(const std::vector<std::string>& command, const TrialTask& task) {
  std::vector<std::pair<std::string, std::string>> known = task.values;
  known.emplace_back("trial", std::to_string(task.job.trial));
  known.emplace_back("epochs", std::to_string(task.job.epochs));
  known.emplace_back("from", std::to_string(task.job.from));
  known.emplace_back("dir", task.directory.string());
  std::vector<std::string> words;
  for (const std::string& pattern : command) {
    std::string word;
    for (std::size_t at = 0; at < pattern.size();) {
      const auto found = std::find_if(known.begin(), known.end(), [&](const auto& entry) {
        return pattern[at] == '{' &&
               pattern.compare(at, entry.first.size() + 2, "{" + entry.first + "}") == 0;
      });
      if (found == known.end()) {
        word += pattern[at++];
      } else {
        word += found->second;
        at += found->first.size() + 2;
      }
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::string ask_in_a_process(const std::function<std::string()>& question) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw file_error("", "cannot make a pipe", errno);
  FileDescriptor from(ends[0]), to(ends[1]);
  const pid_t parent = ::getpid();
  std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child < 0) throw file_error("", "cannot start a process", errno);
  if (child == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(137);
    const std::string text = json_text(guarded([&] {
      return nlohmann::json{{"text", question()}};
    }));
    for (std::size_t sent = 0; sent < text.size();) {
      const ssize_t count = ::write(to.get(), text.data() + sent, text.size() - sent);
      if (count <= 0) break;
      sent += static_cast<std::size_t>(count);
    }
    std::fflush(nullptr);
    ::_exit(0);
  }
  to.close();
  std::string text;
  char buffer[4096];
  for (ssize_t count; (count = ::read(from.get(), buffer, sizeof buffer)) != 0;) {
    if (count < 0 && errno != EINTR) break;
    if (count > 0) text.append(buffer, static_cast<std::size_t>(count));
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  const auto answer = nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_object())
    throw Error(ErrorKind::resource, "",
                WIFSIGNALED(status)
                    ? str("the process that was to look at the experiment was killed by signal ",
                          WTERMSIG(status))
                    : str("the process that was to look at the experiment ended with code ",
                          WEXITSTATUS(status)),
                "try `vit train --dry-run` with the same experiment");
  if (answer.contains("text")) return answer.at("text").get<std::string>();
  const int code = answer.at("code").get<int>();
  throw Error(code == 1 ? ErrorKind::resource : static_cast<ErrorKind>(code),
              answer.at("where").get<std::string>(), answer.at("what").get<std::string>(),
              answer.at("remedy").get<std::string>());
}

}  // namespace vit
