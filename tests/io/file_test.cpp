#include "vit/io/file.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <array>
#include <cstring>

#include "tests/catch.h"
#include "tests/io/scratch.h"

using namespace vit;
using namespace vit::test;

TEST_CASE("a whole file is read as it is") {
  const ScratchFolder folder;
  const std::string bytes("a\0b\xFF\n", 5);
  put(folder / "f", bytes);
  CHECK(read_text_file(folder / "f") == bytes);
  CHECK(read_file(folder / "f").size() == 5);
  put(folder / "empty", "");
  CHECK(read_text_file(folder / "empty").empty());
}

TEST_CASE("a file may be as large as the cap and no larger") {
  const ScratchFolder folder;
  put(folder / "f", std::string(100, 'x'));
  CHECK(read_file(folder / "f", 100).size() == 100);
  const auto error = error_of([&] { (void)read_file(folder / "f", 99); });
  REQUIRE(error);
  CHECK(error->kind() == ErrorKind::resource);
  CHECK(error->where() == (folder / "f").native());
}

TEST_CASE("a file of /proc is read, and capped, though its size is given as 0") {
  CHECK(read_text_file("/proc/self/status").find("Name:") != std::string::npos);
  CHECK(error_of([] { (void)read_text_file("/proc/self/status", 10); }));
}

TEST_CASE("what is not a regular file is refused without waiting for it") {
  const ScratchFolder folder;
  REQUIRE(::mkfifo((folder / "pipe").c_str(), 0600) == 0);
  const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, (folder / "socket").c_str(), sizeof(address.sun_path) - 1);
  REQUIRE(::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0);
  std::filesystem::create_symlink("loop", folder / "loop");

  for (const std::filesystem::path& path : {folder.path(), folder / "pipe", folder / "socket",
                                            folder / "loop", std::filesystem::path("/dev/zero")}) {
    INFO(path);
    const auto error = error_of([&] { (void)read_file(path); });
    REQUIRE(error);
    CHECK(error->kind() == ErrorKind::resource);
    CHECK(!error->remedy().empty());
  }
  ::close(socket);
}

TEST_CASE("a missing file names the file that was probably meant, or the folder that is missing") {
  const ScratchFolder folder;
  put(folder / "best.safetensors", "");
  const auto near = error_of([&] { (void)FileBytes::open(folder / "bst.safetensors"); });
  REQUIRE(near);
  CHECK(near->remedy().find("best.safetensors") != std::string::npos);
  const auto lost = error_of([&] { (void)FileBytes::open(folder / "runs" / "best.safetensors"); });
  REQUIRE(lost);
  CHECK(lost->remedy().find("there is no folder") != std::string::npos);
}

TEST_CASE("pieces are read from where they are asked for") {
  const ScratchFolder folder;
  put(folder / "f", "0123456789");
  const FileBytes file = FileBytes::open(folder / "f");
  CHECK(file.size() == 10);
  std::array<char, 4> piece{};
  const auto bytes = std::as_writable_bytes(std::span(piece));
  file.read(3, bytes);
  CHECK(std::string(piece.data(), 4) == "3456");
  CHECK(file.read_some(8, bytes) == 2);
  CHECK(file.read_some(10, bytes) == 0);
  CHECK(error_of([&] { file.read(8, bytes); }));
}

TEST_CASE("a file that is cut short while it is open is an error, not a signal") {
  const ScratchFolder folder;
  put(folder / "f", std::string(1 << 16, 'x'));
  const FileBytes file = FileBytes::open(folder / "f");
  std::filesystem::resize_file(folder / "f", 10);
  std::vector<std::byte> bytes(1 << 16);
  const auto error = error_of([&] { file.read(0, bytes); });
  REQUIRE(error);
  CHECK(error->problem().find("became shorter") != std::string::npos);
}
