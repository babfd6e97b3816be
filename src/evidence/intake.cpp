#include "evidence/intake.h"

#include <algorithm>

#include "base/text.h"
#include "evidence/clean.h"
#include "evidence/phrase_index.h"
#include "evidence/sieve.h"
#include "evidence/utf16.h"

namespace gpuwhy {

namespace {

constexpr std::size_t short_text = 2 << 20;   // up to here every line is read,
constexpr std::ptrdiff_t few_lines = 60'000;  // unless it is nothing but line ends, which would take more memory than the text
constexpr std::size_t piece_size = 1 << 20;
constexpr std::size_t largest_document = 16 << 20;  // as in store/snapshot_json.h
constexpr std::size_t shortest_literal = 7;

struct Magic {
  std::string_view bytes, name;
};

// Files that people attach by mistake, by their first bytes.
constexpr Magic magics[] = {
    {"\x1f\x8b", "this is a gzip file: unpack it first (gzip -dc FILE | gpuwhy explain)"},
    {"\x28\xb5\x2f\xfd", "this is a zstd file: unpack it first (zstd -dc FILE | gpuwhy explain)"},
    {"\xfd"
     "7zXZ",
     "this is an xz file: unpack it first (xz -dc FILE | gpuwhy explain)"},
    {"BZh", "this is a bzip2 file: unpack it first (bzip2 -dc FILE | gpuwhy explain)"},
    {"PK\x03\x04", "this is a zip file: unpack it first"},
    {"\x7f"
     "ELF",
     "this is an ELF program or library; gpuwhy arch FILE reads the device code in it"},
    {"\x89PNG", "this is a picture (PNG); paste the text itself"},
    {"\xff\xd8\xff", "this is a picture (JPEG); paste the text itself"},
    {"%PDF", "this is a PDF document; paste the text itself"},
};

// What readers look for beyond the phrases; a line of a long log that has none of these and no phrase is not read.
constexpr std::string_view reader_words[] = {
    "nvidia-smi",      "driver version",     "traceback (most", "exception",
    "error: ",         "error:\t",           "errno ",          "fatal: ",
    "failed to ",      "cannot open shared", "out of memory",   "segmentation fault",
    "core dumped",     "killed process",     "oom-kill",        "oom_kill",
    "libcuda",         "libcudnn",           "libnvidia",       "cuda_visible_devices",
    "ld_library_path", "cuda error",         "no kernel image", "uncaught ",
    "panicked at",     "assertion ",         "bus error",
};

std::vector<std::string> sieve_literals() {
  std::vector<std::string> literals;
  for (std::string_view word : reader_words)
    if (word.size() >= shortest_literal) literals.emplace_back(word);
  for (const Phrase& phrase : all_phrases()) {
    if (phrase.pattern == "-") continue;
    if (auto pattern = Pattern::parse(phrase.pattern); pattern && pattern->anchor().size() >= shortest_literal)
      literals.push_back(pattern->anchor());
  }
  std::ranges::sort(literals);
  literals.erase(std::ranges::unique(literals).begin(), literals.end());
  return literals;
}

// The cleaning of pasted lines would damage a document: it is kept as it is.
bool is_own_document(std::string_view begin) {
  std::string_view head = begin.substr(0, 400);
  if (head.starts_with("\xef\xbb\xbf")) head.remove_prefix(3);
  return trim(head).starts_with('{') && (head.contains("\"gpuwhy.snapshot/") || head.contains("\"gpuwhy.report/"));
}

// Bytes of the source as UTF-8.
class Pieces {
 public:
  Pieces(const ByteSource& source, Intake& intake) : source_(source), intake_(intake), buffer_(piece_size, '\0') {}

  // Empty at the end.
  std::string_view next() {
    std::size_t filled = 0;
    // A pipe may give a few bytes at a time; the first piece must be long enough to tell how the text is encoded.
    do {
      std::int64_t got = source_(buffer_.data() + filled, buffer_.size() - filled);
      if (got < 0) intake_.problem = "it could not be read to its end";
      if (got <= 0) break;
      filled += static_cast<std::size_t>(got);
    } while (intake_.bytes == 0 && filled < 512);
    if (filled == 0) return {};
    std::string_view piece(buffer_.data(), filled);
    if (intake_.bytes == 0) decoder_ = Utf16Decoder::guess(piece);
    intake_.bytes += piece.size();
    if (!decoder_) return piece;
    decoded_ = decoder_->decode(piece);
    return decoded_.empty() ? std::string_view(" ") : decoded_;
  }

 private:
  const ByteSource& source_;
  Intake& intake_;
  std::string buffer_, decoded_;
  std::optional<Utf16Decoder> decoder_;
};

}  // namespace

Intake take_in(const ByteSource& source, std::size_t file) {
  Intake intake;
  Pieces pieces(source, intake);
  std::string begin;
  std::string_view piece;
  while (begin.size() <= short_text && !(piece = pieces.next()).empty()) begin += piece;
  for (const Magic& magic : magics) {
    if (!begin.starts_with(magic.bytes)) continue;
    intake.problem = magic.name;
    return intake;
  }
  if (is_own_document(begin)) {
    while (begin.size() <= largest_document && !(piece = pieces.next()).empty()) begin += piece;
    if (begin.size() > largest_document) intake.problem = "this is larger than a snapshot or a report of gpuwhy can be";
    else intake.document = std::move(begin);
    return intake;
  }
  if (begin.size() <= short_text && std::ranges::count(begin, '\n') <= few_lines) {
    intake.lines = clean_lines(begin, file);
    intake.line_count = intake.lines.empty() ? 0 : intake.lines.back().number;
    return intake;
  }
  intake.sieved = true;
  Sieve sieve(sieve_literals());
  sieve.feed(begin);
  begin = {};
  while (!(piece = pieces.next()).empty()) sieve.feed(piece);
  for (const Line& line : sieve.finish()) add_clean_lines(line.text, line.number, file, intake.lines);
  intake.line_count = sieve.line_count();
  return intake;
}

}  // namespace gpuwhy
