#include "vit/io/write_behind.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/vfs.h>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "vit/io/atomic_file.h"
#include "vit/io/file_descriptor.h"

using namespace vit;

namespace {

constexpr std::size_t kPage = 4096;

/// How many bytes of the file the system holds in memory.
std::size_t cached_bytes(const std::filesystem::path& path) {
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  const std::size_t size = std::filesystem::file_size(path);
  void* const memory = ::mmap(nullptr, size, PROT_READ, MAP_SHARED, file.get(), 0);
  REQUIRE(memory != MAP_FAILED);
  std::vector<unsigned char> there((size + kPage - 1) / kPage);
  REQUIRE(::mincore(memory, size, there.data()) == 0);
  ::munmap(memory, size);
  std::size_t pages = 0;
  for (const unsigned char page : there) pages += page & 1;
  return pages * kPage;
}

/// Whether files of this folder are on a disk whose cache obeys.
bool on_a_usual_disk(const std::filesystem::path& folder) {
  struct statfs about {};
  if (::statfs(folder.c_str(), &about) != 0) return false;
  constexpr long kExt4 = 0xEF53, kXfs = 0x58465342;
  return about.f_type == kExt4 || about.f_type == kXfs;
}

}  // namespace

TEST_CASE("a file that bypasses the cache has all its bytes, and few of them stay in memory") {
  const test::ScratchFolder folder;
  constexpr std::size_t kSize = 8 * WriteBehind::kWindow + 12345;
  std::string bytes(kSize, '\0');
  for (std::size_t i = 0; i < kSize; ++i) bytes[i] = static_cast<char>(i * 31 >> 7);
  AtomicFile file(folder / "f");
  file.bypass_cache();
  file.reserve(kSize + 1000);
  file.write(std::string_view(bytes).substr(0, 1000));
  file.write(std::string_view(bytes).substr(1000));
  file.commit();
  if (on_a_usual_disk(folder.path())) CHECK(cached_bytes(folder / "f") < kSize / 2);
  CHECK((test::get(folder / "f") == bytes));
}

TEST_CASE("a file system that cannot write behind is left alone") {
  const FileDescriptor pipe(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  WriteBehind behind;
  for (std::uint64_t window = 1; window < 5; ++window)
    CHECK(behind.wrote(pipe.get(), window * WriteBehind::kWindow) == 0);
}
