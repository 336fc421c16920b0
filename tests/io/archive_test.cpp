#include "vit/io/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <csignal>
#include <cstring>
#include <map>
#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

namespace {

namespace fs = std::filesystem;

struct Entry {
  std::string name, content;
  unsigned type = AE_IFREG;
  std::string link{};  // for AE_IFLNK, and with AE_IFREG a hard link
};

enum class Format { tar, tar_gz, tar_xz, zip };

/// Packs entries as they are, whatever their names.
void pack(const fs::path& path, const std::vector<Entry>& entries, Format format = Format::tar) {
  ::archive* writer = archive_write_new();
  if (format == Format::zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_set_format_pax_restricted(writer);
  }
  if (format == Format::tar_gz) archive_write_add_filter_gzip(writer);
  if (format == Format::tar_xz) archive_write_add_filter_xz(writer);
  if (format == Format::tar) archive_write_set_bytes_in_last_block(writer, 1);
  REQUIRE(archive_write_open_filename(writer, path.c_str()) == ARCHIVE_OK);
  for (const Entry& entry : entries) {
    archive_entry* header = archive_entry_new();
    archive_entry_set_pathname(header, entry.name.c_str());
    archive_entry_set_filetype(header, entry.type);
    archive_entry_set_perm(header, 04777);
    if (entry.type == AE_IFLNK) archive_entry_set_symlink(header, entry.link.c_str());
    if (entry.type == AE_IFREG && !entry.link.empty())
      archive_entry_set_hardlink(header, entry.link.c_str());
    if (entry.link.empty())
      archive_entry_set_size(header, static_cast<la_int64_t>(entry.content.size()));
    REQUIRE(archive_write_header(writer, header) >= ARCHIVE_WARN);
    if (!entry.content.empty())
      archive_write_data(writer, entry.content.data(), entry.content.size());
    archive_entry_free(header);
  }
  archive_write_free(writer);
}

std::map<std::string, std::string> files_below(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[fs::relative(entry.path(), folder)] = get(entry.path());
  return files;
}

/// Text that hardly packs.
std::string noise(std::size_t size) {
  std::string text;
  std::uint64_t state = 1;
  while (text.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    text += static_cast<char>(state >> 56);
  }
  return text;
}

const std::vector<Entry> kSound{
    {"./", "", AE_IFDIR},          {"./train/", "", AE_IFDIR},
    {"./train/cat/0.jpg", "meow"}, {"train//dog/./0.jpg", noise(700'000)},
    {"train/größe.txt", "ü"},      {"empty", ""}};

const std::map<std::string, std::string> kSoundFiles{{"train/cat/0.jpg", "meow"},
                                                     {"train/dog/0.jpg", noise(700'000)},
                                                     {"train/größe.txt", "ü"},
                                                     {"empty", ""}};

/// The Error of unpacking; checks that nothing is left, inside or outside the target.
std::optional<Error> unpacking_error(const ScratchFolder& folder, const fs::path& archive,
                                     const ArchiveLimits& limits = {}) {
  const std::vector<std::string> before = folder.names();
  const auto error = error_of([&] { unpack_archive(archive, folder / "out", {}, limits); });
  if (error) CHECK(folder.names() == before);
  return error;
}

}  // namespace

TEST_CASE("tar and zip archives are unpacked, packed in any of the ways") {
  for (const Format format : {Format::tar, Format::tar_gz, Format::tar_xz, Format::zip}) {
    const ScratchFolder folder;
    pack(folder / "a", kSound, format);
    unpack_archive(folder / "a", folder / "out/");
    CHECK(files_below(folder / "out") == kSoundFiles);
    CHECK(folder.names() == std::vector<std::string>{"a", "out"});
  }
}

TEST_CASE("names that a zip file marks as UTF-8 are taken as they are in any locale") {
  // What Python's zipfile writes for the empty file "ü": flag 0x800 in both of its records.
  const std::string local("PK\3\4\x14\0\0\x08\0\0\0\0!\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\xC3\xBC",
                          32);
  const std::string directory(
      "PK\1\2\x14\3\x14\0\0\x08\0\0\0\0!"
      "\0\0\0\0\0\0\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0\0\0\0\0\xA4\x81\0\0\0\0"
      "\xC3\xBC",
      48);
  const std::string end("PK\5\6\0\0\0\0\1\0\1\0\x30\0\0\0\x20\0\0\0\0\0", 22);
  const ScratchFolder folder;
  put(folder / "a", local + directory + end);
  unpack_archive(folder / "a", folder / "out");
  CHECK(files_below(folder / "out") == std::map<std::string, std::string>{{"ü", ""}});
}

TEST_CASE("permissions in the archive are not taken over") {
  const ScratchFolder folder;
  pack(folder / "a", {{"f", "x"}});
  unpack_archive(folder / "a", folder / "out");
  CHECK((fs::status(folder / "out/f").permissions() & fs::perms(07111)) == fs::perms::none);
}

TEST_CASE("the entries of an archive can be read without unpacking it") {
  const ScratchFolder folder;
  for (const Format format : {Format::tar, Format::tar_xz, Format::zip}) {
    pack(folder / "a", kSound, format);
    std::map<std::string, std::string> files;
    for_each_entry(folder / "a", [&](const std::string& name, std::span<const std::byte> bytes) {
      files[name] = std::string(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    });
    CHECK(files == kSoundFiles);
  }
}

TEST_CASE("an entry that could write elsewhere is refused, and nothing stays") {
  const ScratchFolder folder;
  const std::vector<Entry> hostile[] = {
      {{"../x", "1"}},
      {{"a/../../x", "1"}},
      {{"a/..", "", AE_IFDIR}},
      {{"/tmp/x", "1"}},
      {{"link", "", AE_IFLNK, "/tmp"}, {"link/x", "1"}},
      {{"f", "1"}, {"hard", "", AE_IFREG, "/etc/passwd"}},
      {{"pipe", "", AE_IFIFO}},
      {{"device", "", AE_IFCHR}},
      {{"esc\x1b[2J", "1"}},
  };
  for (const std::vector<Entry>& entries : hostile) {
    INFO(entries.front().name);
    pack(folder / "a", entries);
    const auto error = unpacking_error(folder, folder / "a");
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
    CHECK(error->problem().find("entry \"") != std::string::npos);
    CHECK(error_of([&] { for_each_entry(folder / "a", [](const auto&, const auto&) {}); }));
  }
}

TEST_CASE("an entry that stands where another already is, is refused") {
  const ScratchFolder folder;
  const std::vector<Entry> clashes[] = {
      {{"f", "1"}, {"./f", "2"}}, {{"f", "1"}, {"f/x", "2"}}, {{"d/x", "1"}, {"d", "2"}}};
  for (const std::vector<Entry>& entries : clashes) {
    pack(folder / "a", entries);
    const auto error = unpacking_error(folder, folder / "a");
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
}

TEST_CASE("an archive is held to its limits") {
  const ScratchFolder folder;
  const auto problem = [&](const std::vector<Entry>& entries, const ArchiveLimits& limits,
                           Format format = Format::tar) {
    pack(folder / "a", entries, format);
    const auto error = unpacking_error(folder, folder / "a", limits);
    return error && error->kind() == ErrorKind::data ? error->problem() : "none";
  };
  const std::vector<Entry> three{{"a", noise(1000)}, {"b", noise(1000)}, {"c", noise(1000)}};
  CHECK(problem(three, {.max_entries = 2}).find("2 entries") != std::string::npos);
  CHECK(problem(three, {.max_bytes = 2999}).find("2999 bytes") != std::string::npos);
  CHECK(problem(three, {.max_entry_bytes = 999}).find("999 bytes") != std::string::npos);

  const ArchiveLimits strict{.ratio_from = 1 << 20};
  const std::vector<Entry> bomb{{"zeros", std::string(20 << 20, '\0')}};
  CHECK(problem(bomb, strict, Format::tar_gz).find("times its size") != std::string::npos);
  CHECK(problem(bomb, strict, Format::zip).find("times its size") != std::string::npos);
  const std::vector<Entry> many(20'000, Entry{"", ""});
  std::vector<Entry> named = many;
  for (std::size_t i = 0; i < named.size(); ++i) named[i].name = str("d/", i);
  CHECK(problem(named, strict, Format::tar_xz).find("times its size") != std::string::npos);
}

TEST_CASE("zeros without end after the end of a packed tar are refused too") {
  const ScratchFolder folder;
  pack(folder / "plain", {{"f", "x"}});
  ::archive* writer = archive_write_new();
  archive_write_set_format_raw(writer);
  archive_write_add_filter_gzip(writer);
  archive_write_open_filename(writer, (folder / "a").c_str());
  archive_entry* header = archive_entry_new();
  archive_entry_set_filetype(header, AE_IFREG);
  archive_entry_set_pathname(header, "data");
  archive_write_header(writer, header);
  const std::string bytes = get(folder / "plain") + std::string(20 << 20, '\0');
  archive_write_data(writer, bytes.data(), bytes.size());
  archive_entry_free(header);
  archive_write_free(writer);
  const auto error = unpacking_error(folder, folder / "a", {.ratio_from = 1 << 20});
  REQUIRE(error);
  CHECK(error->problem().find("times its size") != std::string::npos);
}

TEST_CASE("an archive that is cut short is refused, wherever it is cut") {
  for (const Format format : {Format::tar, Format::tar_gz, Format::tar_xz, Format::zip}) {
    const ScratchFolder folder;
    pack(folder / "whole", {{"a", noise(1500)}, {"b", noise(600)}}, format);
    const std::string whole = get(folder / "whole");
    // A plain tar may lose zeros of its end mark, which is longer than need be.
    const std::size_t last = format == Format::tar ? whole.size() - 1024 : whole.size() - 1;
    for (std::size_t length = 0; length <= last; length += length < last - 64 ? 37 : 1) {
      put(folder / "a", whole.substr(0, length));
      const auto error = unpacking_error(folder, folder / "a");
      INFO("format " << static_cast<int>(format) << ", " << length << " of " << whole.size());
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::data);
      CHECK_FALSE(error->remedy().empty());
    }
  }
}

TEST_CASE("a flipped bit in packed contents is found by their checksum") {
  for (const Format format : {Format::tar_gz, Format::tar_xz, Format::zip}) {
    const ScratchFolder folder;
    pack(folder / "whole", {{"a", noise(3000)}}, format);
    const std::string whole = get(folder / "whole");
    for (std::size_t at = 200; at < whole.size() - 400; at += 101) {
      std::string flipped = whole;
      flipped[at] = static_cast<char>(flipped[at] ^ 4);
      put(folder / "a", flipped);
      const auto error = unpacking_error(folder, folder / "a");
      INFO("format " << static_cast<int>(format) << ", byte " << at);
      REQUIRE(error);
      CHECK(error->kind() == ErrorKind::data);
    }
  }
}

TEST_CASE("what is not an archive is refused") {
  const ScratchFolder folder;
  for (const std::string& text : {std::string(), std::string("<html>404</html>"), noise(100'000),
                                  std::string(10'240, '\0')}) {
    put(folder / "a", text);
    const auto error = unpacking_error(folder, folder / "a");
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::data);
  }
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(unpacking_error(folder, folder / "pipe")->kind() == ErrorKind::resource);
  CHECK(unpacking_error(folder, folder / "missing")->kind() == ErrorKind::resource);
}

TEST_CASE("a folder that is there already is not touched; an empty one is filled") {
  const ScratchFolder folder;
  pack(folder / "a", kSound);
  fs::create_directory(folder / "out");
  put(folder / "out/mine", "x");
  const auto error = unpacking_error(folder, folder / "a");
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK(files_below(folder / "out").size() == 1);
  fs::remove(folder / "out/mine");
  unpack_archive(folder / "a", folder / "out");
  CHECK(files_below(folder / "out") == kSoundFiles);
}

TEST_CASE("progress is told, and throwing from there stops and leaves nothing") {
  const ScratchFolder folder;
  std::vector<Entry> entries;
  for (int i = 0; i < 1000; ++i) entries.push_back({str("f", i), "0123456789"});
  pack(folder / "a", entries);
  std::vector<ArchiveProgress> seen;
  unpack_archive(folder / "a", folder / "out",
                 [&](const ArchiveProgress& progress) { seen.push_back(progress); });
  REQUIRE(seen.size() >= 4);
  CHECK(seen.back().entries == 1000);
  CHECK(seen.back().bytes == 10'000);
  CHECK(seen.back().packed_bytes == seen.back().packed_size);
  fs::remove_all(folder / "out");
  CHECK_THROWS_AS(unpack_archive(folder / "a", folder / "out", [](const auto&) { throw 1; }), int);
  CHECK(folder.names() == std::vector<std::string>{"a"});
}

TEST_CASE("killed while unpacking, it leaves no folder of that name, and the next call tidies up") {
  const ScratchFolder folder;
  std::vector<Entry> entries;
  for (int i = 0; i < 2000; ++i) entries.push_back({str("f", i), "0123456789"});
  pack(folder / "a", entries);
  CHECK_FALSE(in_child([&] {
    unpack_archive(folder / "a", folder / "out", [](const auto&) { ::raise(SIGKILL); });
    return std::string();
  }));
  CHECK_FALSE(fs::exists(folder / "out"));
  CHECK(folder.names().size() == 2);
  unpack_archive(folder / "a", folder / "out");
  CHECK(files_below(folder / "out").size() == 2000);
  CHECK(folder.names() == std::vector<std::string>{"a", "out"});
}
