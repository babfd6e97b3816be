// A long log, read in pieces: its beginning and its end are kept whole, and of what lies between only lines that can matter, with their
// neighbours. Memory does not grow with the log.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "evidence/line.h"
#include "evidence/literals.h"

namespace gpuwhy {

class Sieve {
 public:
  // `literals`: what a line that matters contains; lower case. One that stands in thousands of lines tells nothing and is let go.
  explicit Sieve(std::vector<std::string> literals);
  ~Sieve();

  void feed(std::string_view piece);
  // Raw lines in their order, each with its number.
  std::vector<Line> finish();
  std::uint64_t line_count() const { return lines_before_; }

 private:
  void take_block(std::string_view block);
  void keep_hits(std::string_view block);
  void keep_around(std::string_view block, std::size_t begin, std::size_t end, std::uint64_t number);
  void keep(std::string_view line, std::uint64_t number);
  void build_set();

  std::vector<std::string> literals_;
  std::vector<std::uint32_t> hits_;  // by literal
  std::unique_ptr<LiteralSet> set_;
  std::string carry_;  // the line that the last piece did not end
  std::string tail_;   // the last bytes that were taken
  std::vector<Line> kept_;
  std::uint64_t kept_bytes_ = 0, lines_before_ = 0, taken_ = 0;
  std::size_t owed_ = 0;  // lines still to be kept behind the last hit
};

}  // namespace gpuwhy
