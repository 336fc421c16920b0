#pragma once

#include <filesystem>
#include <string_view>

/// Where the library says what it does. The rest of the code knows these functions only; spdlog
/// stays behind them (its fmt and LibTorch's do not fit into one translation unit).
namespace vit::log {

enum class Level { debug, info, warn, error, off };

void debug(std::string_view message);
void info(std::string_view message);
void warn(std::string_view message);
void error(std::string_view message);

/// To the log files alone: what the terminal shows in a form of its own.
void to_file(Level level, std::string_view message);

/// The least level that reaches the terminal (stderr). The default is `info`.
void set_console_level(Level level);
/// Also appends everything from `debug` upwards, with time stamps, to this file, until the object
/// is gone.
class FileSink {
 public:
  explicit FileSink(const std::filesystem::path& file);
  ~FileSink();
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;

 private:
  struct Impl;
  Impl* impl_;
};

}  // namespace vit::log
