#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace vit {

/// One repository's part of the Hugging Face cache, as its Python library lays it out, so that what
/// either has fetched is there for the other:
///
///     models--ORG--REPO/refs/REVISION            the commit that a branch or tag was last seen at
///     models--ORG--REPO/blobs/ETAG               the files, by content
///     models--ORG--REPO/snapshots/COMMIT/NAME    links to them
class HubCache {
 public:
  /// `repo` is `ORG/REPO`.
  HubCache(const std::filesystem::path& root, const std::string& repo);

  [[nodiscard]] std::filesystem::path blob(const std::string& etag) const;
  [[nodiscard]] std::filesystem::path snapshot(const std::string& commit,
                                               const std::string& name) const;
  /// The commit of a branch, tag or commit name, as far as the cache knows it.
  [[nodiscard]] std::optional<std::string> commit_of(const std::string& revision) const;
  /// A file of a revision; nothing where the cache does not hold it whole.
  [[nodiscard]] std::optional<std::filesystem::path> find(const std::string& revision,
                                                          const std::string& name) const;

  /// Makes the folders that `blob` and its unfinished parts are written to.
  void prepare() const;
  /// Makes the blob visible under its name. Where the disk knows no links, it is moved there.
  void add(const std::string& commit, const std::string& name, const std::string& etag) const;
  void remember(const std::string& revision, const std::string& commit) const;

 private:
  std::filesystem::path folder_;
};

/// Whether `text` is 40 lower-case hexadecimal digits.
[[nodiscard]] bool is_commit(const std::string& text);

}  // namespace vit
