#include "render/html/embedded_snapshot.h"

#include "base/text.h"
#include "render/html/document.h"

namespace gpuwhy {

bool is_html(std::string_view text) {
  std::string_view head = text.substr(0, 1000);
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  std::string begin = to_lower(trim(head));
  return begin.starts_with("<!doctype html") || begin.starts_with("<html");
}

std::vector<std::string> find_embedded_snapshots(std::string_view page) {
  std::vector<std::string> found;
  for (std::string_view id : {render::html::snapshot_id, render::html::there_id, render::html::here_id}) {
    // As data_block() writes it; no text of a page can hold these bytes, because a quotation mark is escaped there.
    std::string begin = "<script type=\"application/json\" id=\"" + std::string(id) + "\">";
    std::size_t at = page.find(begin);
    if (at == std::string_view::npos) continue;
    std::string_view rest = page.substr(at + begin.size());
    std::size_t end = rest.find("</script>");
    if (end != std::string_view::npos) found.emplace_back(rest.substr(0, end));
  }
  return found;
}

}  // namespace gpuwhy
