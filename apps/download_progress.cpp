#include "apps/download_progress.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "vit/core/log.h"
#include "vit/core/str.h"
#include "vit/core/text.h"
#include "vit/report/humanize.h"

namespace vit::cli {
namespace {

struct Line {
  Terminal terminal;
  std::filesystem::path file{};
  double started = 0, shown = 0;  // seconds
  std::uint64_t first = 0;        // bytes that were there at the start

  void show(const DownloadProgress& progress) {
    const double now = terminal.seconds();
    if (progress.file != file) {
      file = progress.file;
      started = now;
      first = progress.bytes;
    }
    const bool whole = progress.total == progress.bytes;
    if (!terminal.live || (now - shown < 0.1 && !whole)) return;
    shown = now;
    const double speed = static_cast<double>(progress.bytes - first) / std::max(now - started, 0.1);
    std::string text = printable(file.filename().string(), 40) + "  " +
                       human_bytes(static_cast<double>(progress.bytes));
    if (progress.total) text += " of " + human_bytes(static_cast<double>(*progress.total));
    text += "  " + human_bytes(speed) + "/s";
    if (progress.total && speed > 0 && !whole)
      text += "  " + human_duration(static_cast<double>(*progress.total - progress.bytes) / speed) +
              " left";
    terminal.write("\r\033[K" + text + (whole ? "\n" : ""));
  }
};

}  // namespace

DownloadObserver show_download(Terminal terminal) {
  const auto line = std::make_shared<Line>(Line{std::move(terminal)});
  return [line](const DownloadProgress& progress) {
    if (progress.waiting.empty()) return line->show(progress);
    if (line->terminal.live) line->terminal.write("\r\033[K");
    log::warn(progress.waiting + "; trying again");
  };
}

}  // namespace vit::cli
