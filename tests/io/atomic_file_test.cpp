#include "vit/io/atomic_file.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <thread>

#include "tests/catch.h"
#include "tests/io/scratch.h"
#include "tests/support/contains.h"
#include "tests/support/skip.h"
#include "vit/io/temporary.h"

using namespace vit;
using namespace vit::test;

namespace {

/// Mounts a disk of 64 KiB of its own there; false where this process may not mount.
bool mount_tiny_disk(const std::filesystem::path& at, unsigned long flags = 0) {
  if (::unshare(CLONE_NEWNS) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  if (::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return false;
  return ::mount("tmpfs", at.c_str(), "tmpfs", flags, "size=64k") == 0;
}

std::string message_of(const std::function<void()>& action) {
  const auto error = error_of(action);
  return error && error->kind() == ErrorKind::resource ? error->what() : "no Error(resource)";
}

}  // namespace

TEST_CASE("a committed file is there with all its bytes and nothing beside it") {
  const ScratchFolder folder;
  AtomicFile file(folder / "f");
  std::string expected;
  for (int i = 0; i < 3; ++i) {  // below, above and again below the size of the buffer
    const std::string piece(i == 1 ? 1'000'000 : 1000, static_cast<char>('a' + i));
    file.write(piece);
    expected += piece;
  }
  CHECK(file.size() == expected.size());
  CHECK_FALSE(std::filesystem::exists(folder / "f"));
  file.commit();
  CHECK(get(folder / "f") == expected);
  CHECK(folder.names() == std::vector<std::string>{"f"});
}

TEST_CASE("without a commit the old file stays and the temporary goes") {
  const ScratchFolder folder;
  put(folder / "f", "old");
  try {
    AtomicFile file(folder / "f");
    file.write("new");
    CHECK(folder.names().size() == 2);
    throw 1;
  } catch (int) {
  }
  CHECK(get(folder / "f") == "old");
  CHECK(folder.names() == std::vector<std::string>{"f"});
}

TEST_CASE("a file that is replaced keeps its permissions") {
  const ScratchFolder folder;
  put(folder / "f", "old");
  std::filesystem::permissions(folder / "f", std::filesystem::perms(0640));
  write_file_atomically(folder / "f", "new");
  CHECK(get(folder / "f") == "new");
  CHECK(std::filesystem::status(folder / "f").permissions() == std::filesystem::perms(0640));
}

TEST_CASE("a symbolic link stays a link, and what it points to is replaced") {
  const ScratchFolder folder;
  std::filesystem::create_directory(folder / "disk");
  put(folder / "disk/f", "old");
  std::filesystem::create_symlink("disk/f", folder / "link");
  write_file_atomically(folder / "link", "new");
  CHECK(std::filesystem::is_symlink(folder / "link"));
  CHECK(get(folder / "disk/f") == "new");
}

TEST_CASE("reserved space that is not used is given back") {
  const ScratchFolder folder;
  AtomicFile file(folder / "f");
  file.reserve(1'000'000);
  file.write("short");
  file.commit();
  CHECK(get(folder / "f") == "short");
}

TEST_CASE("what cannot be replaced by a file is refused") {
  const ScratchFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  CHECK(contains(message_of([&] { AtomicFile file(folder / "pipe"); }), "not a file"));
  CHECK(contains(message_of([&] { AtomicFile file(folder.path()); }), "folder of this name"));
  CHECK(contains(message_of([&] { AtomicFile file(folder / "no/f"); }), "there is no folder"));
  CHECK(contains(message_of([&] { AtomicFile file(folder / std::string(250, 'x')); }),
                 "use a shorter name"));
  CHECK(folder.names() == std::vector<std::string>{"pipe"});
}

TEST_CASE("a second writer of the same file is told about the first") {
  const ScratchFolder folder;
  AtomicFile first(folder / "f");
  CHECK(contains(message_of([&] { AtomicFile second(folder / "f"); }), "being written already"));
  first.commit();
  CHECK_NOTHROW(write_file_atomically(folder / "f", "again"));
}

TEST_CASE("temporaries of dead processes are removed, those of living ones and other files stay") {
  const ScratchFolder folder;
  put(folder / "f.tmp.1", "left by a killed process");
  put(folder / "f.tmp.2", "being written");
  put(folder / "f.tmp.x", "somebody else's");
  put(folder / "g.tmp.1", "another file's");
  const int writer = ::open((folder / "f.tmp.2").c_str(), O_WRONLY);
  REQUIRE(::flock(writer, LOCK_EX) == 0);
  write_file_atomically(folder / "f", "new");
  CHECK(folder.names() == std::vector<std::string>{"f", "f.tmp.2", "f.tmp.x", "g.tmp.1"});
  remove_stale_temporaries_in(folder.path());
  CHECK(folder.names() == std::vector<std::string>{"f", "f.tmp.2", "f.tmp.x"});
  ::close(writer);
}

TEST_CASE("a full disk is an error that says so; the old file stays, the temporary goes") {
  const ScratchFolder folder;
  const auto result = in_child([&]() -> std::string {
    if (!mount_tiny_disk(folder.path())) return "not allowed to mount";
    put(folder / "f", "old");
    const std::string writing = message_of([&] {
      AtomicFile file(folder / "f");
      for (int i = 0; i < 1000; ++i) file.write(std::string(1000, 'x'));
      file.commit();
    });
    const std::string reserving = message_of([&] { AtomicFile(folder / "f").reserve(1 << 20); });
    const bool tidy = folder.names() == std::vector<std::string>{"f"} && get(folder / "f") == "old";
    return str(writing, "\n", reserving, "\n", tidy ? "tidy" : "untidy");
  });
  REQUIRE(result);
  if (*result == "not allowed to mount") {
    skip(*result);
    return;
  }
  INFO(*result);
  CHECK(contains(*result, "cannot write: No space left on device"));
  CHECK(contains(*result, "cannot write 1048576 bytes: No space left on device"));
  CHECK(contains(*result, "free some space on the disk"));
  CHECK(result->ends_with("\ntidy"));
}

TEST_CASE("a disk mounted read-only is an error that says so") {
  const ScratchFolder folder;
  const auto result = in_child([&]() -> std::string {
    if (!mount_tiny_disk(folder.path(), MS_RDONLY)) return "not allowed to mount";
    return message_of([&] { AtomicFile file(folder / "f"); });
  });
  REQUIRE(result);
  if (*result == "not allowed to mount") {
    skip(*result);
    return;
  }
  CHECK(contains(*result, "mounted read-only"));
}

TEST_CASE("a file above the limit of the process is an error; the old file stays") {
  const ScratchFolder folder;
  put(folder / "f", "old");
  const auto result = in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{100'000, 100'000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    return message_of([&] { write_file_atomically(folder / "f", std::string(1 << 20, 'x')); });
  });
  REQUIRE(result);
  CHECK(contains(*result, "ulimit -f"));
  CHECK(get(folder / "f") == "old");
  CHECK(folder.names() == std::vector<std::string>{"f"});
}

TEST_CASE("killed at any moment, a writer leaves the old file or the new one") {
  const ScratchFolder folder;
  const std::string old_text(300'000, 'o'), new_text(300'000, 'n');
  int survived_old = 0;
  for (int delay = 0; delay < 40; ++delay) {
    write_file_atomically(folder / "f", old_text);
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        AtomicFile file(folder / "f");
        for (std::size_t at = 0; at < new_text.size(); at += 1000)
          file.write(new_text.substr(at, 1000));
        file.commit();
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(100 * delay));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const std::string found = get(folder / "f");
    CHECK((found == old_text || found == new_text));
    survived_old += found == old_text;
  }
  CHECK(survived_old > 0);
  write_file_atomically(folder / "f", "last");
  CHECK(folder.names() == std::vector<std::string>{"f"});
}
