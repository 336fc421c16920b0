#include "vit/core/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <memory>

#include "vit/core/error.h"

namespace vit::log {
namespace {

spdlog::level::level_enum to_spdlog(Level level) {
  switch (level) {
    case Level::debug: return spdlog::level::debug;
    case Level::info: return spdlog::level::info;
    case Level::warn: return spdlog::level::warn;
    case Level::error: return spdlog::level::err;
    case Level::off: break;
  }
  return spdlog::level::off;
}

/// Plain text for `info`, the level's name before everything else: what a person reads.
class ConsoleFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const auto append = [&out](std::string_view text) {
      out.append(text.data(), text.data() + text.size());
    };
    if (message.level == spdlog::level::warn) append("warning: ");
    if (message.level == spdlog::level::err) append("error: ");
    if (message.level == spdlog::level::debug) append("debug: ");
    append({message.payload.data(), message.payload.size()});
    append("\n");
  }
  [[nodiscard]] std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<ConsoleFormatter>();
  }
};

struct Sinks {
  std::shared_ptr<spdlog::sinks::stderr_color_sink_mt> console =
      std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
  std::shared_ptr<spdlog::sinks::dist_sink_mt> all =
      std::make_shared<spdlog::sinks::dist_sink_mt>();
  std::shared_ptr<spdlog::sinks::dist_sink_mt> files =
      std::make_shared<spdlog::sinks::dist_sink_mt>();
  spdlog::logger logger{"vit", all}, file_logger{"vit", files};

  Sinks() {
    console->set_level(spdlog::level::info);
    console->set_formatter(std::make_unique<ConsoleFormatter>());
    all->add_sink(console);
    logger.set_level(spdlog::level::debug);
    logger.flush_on(spdlog::level::info);
    file_logger.flush_on(spdlog::level::info);
  }
};

Sinks& sinks() {
  static Sinks instance;
  return instance;
}

void write(spdlog::level::level_enum level, std::string_view message) {
  sinks().logger.log(level, spdlog::string_view_t(message.data(), message.size()));
}

}  // namespace

void debug(std::string_view message) { write(spdlog::level::debug, message); }
void info(std::string_view message) { write(spdlog::level::info, message); }
void warn(std::string_view message) { write(spdlog::level::warn, message); }
void error(std::string_view message) { write(spdlog::level::err, message); }

void to_file(Level level, std::string_view message) {
  sinks().file_logger.log(to_spdlog(level), spdlog::string_view_t(message.data(), message.size()));
}

void set_console_level(Level level) { sinks().console->set_level(to_spdlog(level)); }

struct FileSink::Impl {
  std::shared_ptr<spdlog::sinks::basic_file_sink_mt> sink;
};

FileSink::FileSink(const std::filesystem::path& file) {
  try {
    impl_ = new Impl{std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string())};
  } catch (const spdlog::spdlog_ex& problem) {
    throw Error(ErrorKind::resource, file.string(), problem.what(),
                "check that the folder exists and can be written to");
  }
  impl_->sink->set_pattern("%Y-%m-%d %H:%M:%S.%e %l %v");
  sinks().all->add_sink(impl_->sink);
  sinks().files->add_sink(impl_->sink);
}

FileSink::~FileSink() {
  sinks().all->remove_sink(impl_->sink);
  sinks().files->remove_sink(impl_->sink);
  delete impl_;
}

}  // namespace vit::log
