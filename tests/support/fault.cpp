// Preloaded into the program (LD_PRELOAD), this makes the system fail where a test wants it:
//   VIT_FAULT=kill:rename:3     kill -9 at the third rename into a checkpoints/ folder; likewise
//                               write, fsync, link, fallocate
//   VIT_FAULT=full:2:5          calls 2, 3 and 4 of fallocate there find the disk full

#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

bool of_checkpoints(const char* path) { return std::strstr(path, "checkpoints/") != nullptr; }

bool of_checkpoints(int fd) {
  char path[4096];
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path, sizeof path - 1);
  if (size <= 0) return false;
  path[size] = '\0';
  return of_checkpoints(path);
}

void maybe_kill(const char* function) {
  static std::atomic<int> calls{0};
  const char* fault = std::getenv("VIT_FAULT");
  if (fault == nullptr || std::strncmp(fault, "kill:", 5) != 0) return;
  const char* count = std::strrchr(fault, ':');
  const std::string wanted(fault + 5, count);
  if (wanted == function && ++calls == std::atoi(count + 1)) ::kill(::getpid(), SIGKILL);
}

bool disk_is_full() {
  static std::atomic<int> calls{0};
  const char* fault = std::getenv("VIT_FAULT");
  int from = 0, to = 0;
  if (fault == nullptr || std::sscanf(fault, "full:%d:%d", &from, &to) != 2) return false;
  const int call = ++calls;
  return call >= from && call < to;
}

template <class Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

int rename(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("rename");
  if (of_checkpoints(to)) maybe_kill("rename");
  return real(from, to);
}

int link(const char* from, const char* to) {
  static auto* const real = next<int(const char*, const char*)>("link");
  if (of_checkpoints(to)) maybe_kill("link");
  return real(from, to);
}

int fsync(int fd) {
  static auto* const real = next<int(int)>("fsync");
  if (of_checkpoints(fd)) maybe_kill("fsync");
  return real(fd);
}

ssize_t write(int fd, const void* bytes, size_t size) {
  static auto* const real = next<ssize_t(int, const void*, size_t)>("write");
  if (of_checkpoints(fd)) maybe_kill("write");
  return real(fd, bytes, size);
}

int fallocate(int fd, int mode, off_t offset, off_t length) {
  static auto* const real = next<int(int, int, off_t, off_t)>("fallocate");
  if (of_checkpoints(fd)) {
    maybe_kill("fallocate");
    if (disk_is_full()) {
      errno = ENOSPC;
      return -1;
    }
  }
  return real(fd, mode, offset, length);
}

}  // extern "C"
