#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

namespace vit {

/// Where a run went on an MLflow server.
struct MlflowRun {
  std::string experiment_id, run_id;
  std::string page;          ///< its address in the server's pages
  std::int64_t metrics = 0;  ///< values that were sent
};

/// Sends a run to an MLflow server by its REST interface: every key of the config as a parameter,
/// every recorded number at its step and time, what became of it. `server`: `http://host:5000`, or
/// with a path before `/api`; a token in MLFLOW_TRACKING_TOKEN is sent along. `experiment`: its
/// name there, which is made where there is none. Throws Error (usage) where there is no run, Error
/// (resource) where the server does not do what it is asked.
MlflowRun export_to_mlflow(const std::filesystem::path& run, const std::string& server,
                           const std::string& experiment);

}  // namespace vit
