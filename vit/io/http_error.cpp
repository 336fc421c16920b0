#include "vit/core/text.h"
#include "vit/io/http_retry.h"

namespace vit {
namespace {

struct Answer {
  const char* meaning;
  const char* remedy;
};

Answer explain(int status) {
  switch (status) {
    case 401: return {"it wants to know who you are", "log in there, and give its access token"};
    case 403:
      return {"it refuses access", "check that you may have this file; some ask for an agreement"};
    case 404:
    case 410: return {"it has no such file", "check the name and the address"};
    case 407: return {"the proxy wants a login", "put user and password into https_proxy"};
    case 429: return {"too many requests from here", "wait some minutes and try again"};
    case 451: return {"it may not give it for legal reasons", "look for another source"};
    default: break;
  }
  if (status >= 500) return {"it has a fault of its own", "try again later"};
  if (status >= 300 && status < 400) return {"it leads elsewhere", "check the address"};
  return {"this was not expected", "check the address; a proxy may be between"};
}

}  // namespace

Error http_error(const std::string& url, const std::string& wanted, const HttpResponse& response) {
  const std::string where = printable(url, 400);
  if (response.status == 0 || (response.success() && !response.failure.empty()))
    return {ErrorKind::resource, where, wanted + ": " + response.failure, response.remedy};
  if (!response.failure.empty() && !response.transient)
    return {ErrorKind::resource, where, wanted + ": " + response.failure, response.remedy};
  const Answer answer = explain(response.status);
  std::string remedy = answer.remedy;
  if (response.retry_after)
    remedy = str("it asks to wait for ", response.retry_after->count(), " s; then try again");
  return {ErrorKind::resource, where,
          str(wanted, ": the server answered ", response.status, ": ", answer.meaning), remedy};
}

}  // namespace vit
