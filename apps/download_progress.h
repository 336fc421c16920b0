#pragma once

#include "vit/io/download.h"
#include "vit/report/terminal.h"

namespace vit::cli {

/// Shows on stderr how far a download is: on a terminal one line, rewritten ten times a second;
/// elsewhere only why it waits.
[[nodiscard]] DownloadObserver show_download(Terminal terminal = stderr_terminal());

}  // namespace vit::cli
