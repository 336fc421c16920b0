#include "vit/io/archive_stream.h"

#include <archive.h>
#include <archive_entry.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/core/error.h"

using namespace vit;
using namespace vit::test;

namespace {

/// A tar file with one entry, packed by one of libarchive's filters.
void write_archive(const std::filesystem::path& path, int (*filter)(::archive*)) {
  ::archive* writer = archive_write_new();
  archive_write_set_format_ustar(writer);
  filter(writer);
  REQUIRE(archive_write_open_filename(writer, path.c_str()) == ARCHIVE_OK);
  archive_entry* entry = archive_entry_new();
  archive_entry_set_pathname(entry, "a.txt");
  archive_entry_set_filetype(entry, AE_IFREG);
  archive_entry_set_size(entry, 5);
  REQUIRE(archive_write_header(writer, entry) == ARCHIVE_OK);
  archive_write_data(writer, "hello", 5);
  archive_entry_free(entry);
  archive_write_free(writer);
}

/// Unpacks to the end, and past it; returns the text of the one entry. Throws what the stream
/// found.
std::string read_through(ArchiveStream& stream) {
  const ArchiveHandle reader(archive_read_new());
  archive_read_support_format_tar(reader.get());
  stream.attach(reader.get());
  const auto good = [&](int result) {
    if (result != ARCHIVE_OK) stream.rethrow_failure();
    return result == ARCHIVE_OK;
  };
  const bool opened = good(archive_read_open1(reader.get()));  // throws: not in a REQUIRE
  REQUIRE(opened);
  archive_entry* entry = nullptr;
  const bool found = good(archive_read_next_header(reader.get(), &entry));
  REQUIRE(found);
  char text[16] = {};
  const la_ssize_t size = archive_read_data(reader.get(), text, sizeof text);
  while (good(archive_read_next_header(reader.get(), &entry))) {
  }
  while (stream.skip_piece()) {
  }
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

TEST_CASE("the same bytes come out of every packing, and are counted on both sides") {
  const ScratchFolder folder;
  for (int (*filter)(::archive*) :
       {archive_write_add_filter_none, archive_write_add_filter_gzip, archive_write_add_filter_xz,
        archive_write_add_filter_bzip2, archive_write_add_filter_zstd}) {
    write_archive(folder / "a", filter);
    ArchiveStream stream(folder / "a");
    CHECK_FALSE(stream.is_zip());
    CHECK(read_through(stream) == "hello");
    CHECK(stream.unpacked_bytes() >= 1024);
    CHECK(stream.packed_bytes() == std::filesystem::file_size(folder / "a"));
  }
}

TEST_CASE("a plain tar without its end mark was cut short") {
  const ScratchFolder folder;
  write_archive(folder / "a.tar", archive_write_add_filter_none);
  put(folder / "a.tar", get(folder / "a.tar").substr(0, 1024));  // header and data
  ArchiveStream stream(folder / "a.tar");
  const auto error = error_of([&] { (void)read_through(stream); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("no end mark"));
}

TEST_CASE("damage behind the tar's end mark is still found by its checksum") {
  const ScratchFolder folder;
  write_archive(folder / "a.gz", archive_write_add_filter_gzip);
  std::string bytes = get(folder / "a.gz");
  bytes[bytes.size() - 6] = static_cast<char>(bytes[bytes.size() - 6] ^ 1);  // in the CRC-32
  put(folder / "a.gz", bytes);
  ArchiveStream stream(folder / "a.gz");
  const auto error = error_of([&] { (void)read_through(stream); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
}

TEST_CASE("an empty file is no archive, and a zip is known by its first bytes") {
  const ScratchFolder folder;
  put(folder / "empty", "");
  const auto error = error_of([&] { ArchiveStream stream(folder / "empty"); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::data);
  CHECK_THAT(error->what(), Catch::Contains("the archive is empty"));
  put(folder / "a.zip", "PK\x03\x04 more");
  CHECK(ArchiveStream(folder / "a.zip").is_zip());
}
