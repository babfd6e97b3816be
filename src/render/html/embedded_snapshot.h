// The snapshots inside of a page that gpuwhy wrote, so that the page can be judged and compared again.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

// A page of ours begins with a document type; anything else, JSON above all, does not.
bool is_html(std::string_view text);

// JSON of the snapshots that a page of ours holds: one in that of a check, two in that of a diff (there, here); none in any other page.
std::vector<std::string> find_embedded_snapshots(std::string_view page);

}  // namespace gpuwhy
