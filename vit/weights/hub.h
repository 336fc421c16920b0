#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "vit/io/digest.h"
#include "vit/io/download.h"
#include "vit/weights/hub_settings.h"

namespace vit {

/// What the hub says of a file, before it is fetched.
struct HubFileInfo {
  std::string url;
  std::string commit;  ///< that the revision stands for
  std::string etag;    ///< the content's name
  std::optional<std::uint64_t> size;
  std::optional<Digest> digest;  ///< SHA-256 of large files, git's blob name of small ones
};

/// A file of a repository, on this machine.
struct HubFile {
  std::filesystem::path path;
  std::string commit;
  std::string verified;  ///< by what: `SHA-256`, `git blob`, `size`; "" where the hub was not asked
  bool was_there = false;  ///< nothing had to be fetched
  std::string note;        ///< why the hub was not asked
};

/// One revision of one repository of the hub.
class HubRepository {
 public:
  /// `repo` is `ORG/NAME`; Error(usage) where it is not. `revision`: a branch, tag or commit.
  HubRepository(const HubSettings& settings, std::string repo, std::string revision);

  /// Asks the hub; nothing where the repository has no such file. Errors (resource): no such
  /// repository or revision, a licence that has to be accepted first (with the page), no
  /// connection.
  [[nodiscard]] std::optional<HubFileInfo> ask(const std::string& name) const;

  /// The file in the cache, fetched where it is not there yet; nothing where the repository has no
  /// such file. Where HubSettings::offline is set, or where the hub gives no answer, what the cache
  /// holds of this revision.
  [[nodiscard]] std::optional<HubFile> fetch(const std::string& name,
                                             const DownloadObserver& observer) const;
  /// The same, as a plain file in `folder`, which is made where it is missing. A different file of
  /// that name is left alone: Error(resource).
  [[nodiscard]] std::optional<HubFile> fetch_to(const std::filesystem::path& folder,
                                                const std::string& name,
                                                const DownloadObserver& observer) const;

  [[nodiscard]] const std::string& name() const noexcept { return repo_; }
  /// Its page for people.
  [[nodiscard]] std::string page() const;

 private:
  [[nodiscard]] std::optional<HubFile> cached(const std::string& name) const;
  [[nodiscard]] Error refusal(const std::string& url, const std::string& name,
                              const HttpResponse& response) const;

  const HubSettings& settings_;
  std::string repo_, revision_;
};

}  // namespace vit
