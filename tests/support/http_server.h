#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <cctype>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace vit::test {

struct HttpAsked {
  std::string method, path;
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body{};

  [[nodiscard]] std::string header(const std::string& name) const {
    const auto found = headers.find(name);
    return found == headers.end() ? std::string() : found->second;
  }
};

struct HttpReply {
  int status = 200;
  std::vector<std::string> headers{};
  std::string body{};
  std::optional<std::size_t> cut_after{};    // bytes of the body, then the connection ends
  std::optional<std::size_t> says_length{};  // the Content-Length, where it is not the body's
  std::chrono::milliseconds pause{0};        // before the body
};

/// `body` as a server that knows ranges sends it, for `Range: bytes=N-` and `If-Range`.
inline HttpReply ranged(const HttpAsked& asked, const std::string& body, const std::string& etag) {
  HttpReply reply{200, {"ETag: " + etag, "Accept-Ranges: bytes"}, body};
  const std::string range = asked.header("range");
  const std::string version = asked.header("if-range");
  if (range.rfind("bytes=", 0) != 0 || (!version.empty() && version != etag)) return reply;
  const std::size_t from = std::stoull(range.substr(6));
  if (from >= body.size()) return {416, {"Content-Range: bytes */" + std::to_string(body.size())}};
  reply.status = 206;
  reply.headers.push_back("Content-Range: bytes " + std::to_string(from) + "-" +
                          std::to_string(body.size() - 1) + "/" + std::to_string(body.size()));
  reply.body = body.substr(from);
  return reply;
}

/// A server on 127.0.0.1 that answers as a test says, one connection at a time.
class HttpServer {
 public:
  using Answer = std::function<HttpReply(const HttpAsked&)>;

  explicit HttpServer(Answer answer) : answer_(std::move(answer)) {
    for (const char* proxy : {"http_proxy", "all_proxy", "ALL_PROXY"}) ::unsetenv(proxy);
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(socket_, generic, size) != 0 || ::listen(socket_, 16) != 0 ||
        ::getsockname(socket_, generic, &size) != 0)
      throw std::runtime_error("the test's server has no port");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~HttpServer() {
    stopping_ = true;
    thread_.join();
    ::close(socket_);
  }
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  [[nodiscard]] std::string url(const std::string& path = "") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  /// What was asked so far.
  [[nodiscard]] std::vector<HttpAsked> asked() const {
    const std::lock_guard lock(mutex_);
    return asked_;
  }

 private:
  void serve() {
    while (!stopping_) {
      pollfd waiting{socket_, POLLIN, 0};
      if (::poll(&waiting, 1, 20) <= 0) continue;
      const int connection = ::accept(socket_, nullptr, nullptr);
      if (connection < 0) continue;
      talk(connection);
      ::close(connection);
    }
  }

  void talk(int connection) {
    std::string text;
    char buffer[4096];
    while (text.find("\r\n\r\n") == std::string::npos) {
      const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) return;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    const std::size_t head_size = text.find("\r\n\r\n") + 4;
    HttpAsked asked = parse(text.substr(0, head_size));
    const std::string length = asked.header("content-length");
    const std::size_t body_size = length.empty() ? 0 : std::stoull(length);
    while (text.size() < head_size + body_size) {
      const ssize_t count = ::recv(connection, buffer, sizeof buffer, 0);
      if (count <= 0) return;
      text.append(buffer, static_cast<std::size_t>(count));
    }
    asked.body = text.substr(head_size);
    {
      const std::lock_guard lock(mutex_);
      asked_.push_back(asked);
    }
    const HttpReply reply = answer_(asked);
    std::string head = "HTTP/1.1 " + std::to_string(reply.status) + " OK\r\nConnection: close\r\n";
    for (const std::string& line : reply.headers) head += line + "\r\n";
    head += "Content-Length: " + std::to_string(reply.says_length.value_or(reply.body.size())) +
            "\r\n\r\n";
    send_all(connection, head);
    for (auto left = reply.pause; left.count() > 0 && !stopping_;
         left -= std::chrono::milliseconds(10))
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    if (asked.method != "HEAD")
      send_all(connection, reply.body.substr(0, reply.cut_after.value_or(reply.body.size())));
    ::shutdown(connection, SHUT_WR);
  }

  static void send_all(int connection, std::string_view text) {
    while (!text.empty()) {
      const ssize_t count = ::send(connection, text.data(), text.size(), MSG_NOSIGNAL);
      if (count <= 0) return;  // the other side has hung up
      text.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  static HttpAsked parse(const std::string& text) {
    HttpAsked asked;
    std::size_t line = text.find("\r\n");
    const std::string first = text.substr(0, line);
    asked.method = first.substr(0, first.find(' '));
    asked.path = first.substr(asked.method.size() + 1);
    asked.path.resize(asked.path.find(' '));
    while (line != std::string::npos) {
      const std::size_t begin = line + 2;
      line = text.find("\r\n", begin);
      const std::string header = text.substr(begin, line - begin);
      const std::size_t colon = header.find(": ");
      if (colon == std::string::npos) continue;
      std::string name = header.substr(0, colon);
      for (char& c : name) c = static_cast<char>(std::tolower(c));
      asked.headers[name] = header.substr(colon + 2);
    }
    return asked;
  }

  Answer answer_;
  int socket_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  mutable std::mutex mutex_;
  std::vector<HttpAsked> asked_;
  std::thread thread_;
};

}  // namespace vit::test
