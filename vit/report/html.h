#pragma once

#include <string>

#include "vit/report/run_report.h"

namespace vit {

/// The report of a run as one HTML page that needs nothing else: no network, no script, no other
/// file. It follows the reader's light or dark scheme, fits narrow screens, and can be printed.
[[nodiscard]] std::string html_report(const RunReport& report);

}  // namespace vit
