// Framers and their factory for tests: rules that anyone can follow by eye.
#pragma once

#include <string>
#include <vector>

#include "core/framing.h"

namespace loglode::test {

/// Each line is a record; remembers the first byte of the latest.
class LineFramer final : public Framer {
 public:
  Framing next(std::string_view line) override {
    latest_ = line.substr(0, 1);
    return {};
  }
  [[nodiscard]] std::string memory() const override { return latest_; }

 private:
  std::string latest_;
};

/// A line that begins with a blank or `}` goes on.
class IndentFramer final : public Framer {
 public:
  Framing next(std::string_view line) override { return {line.empty() || (line[0] != ' ' && line[0] != '}'), 0}; }
};

/// `aX…`: the first byte says which substream; a second one that is a blank or `}` goes on.
class LetterFramer final : public Framer {
 public:
  Framing next(std::string_view line) override {
    const auto letter = line.empty() ? 0U : static_cast<unsigned char>(line[0]);
    return {line.size() < 2 || (line[1] != ' ' && line[1] != '}'), letter};
  }
  [[nodiscard]] bool interleaved() const noexcept override { return true; }
};

enum class Framed { lines, indented, letters };

inline std::unique_ptr<Framer> make_framer(Framed how) {
  if (how == Framed::lines) return std::make_unique<LineFramer>();
  if (how == Framed::indented) return std::make_unique<IndentFramer>();
  return std::make_unique<LetterFramer>();
}

/// Remembers what it was asked.
class TestFactory final : public FramerFactory {
 public:
  explicit TestFactory(Framed how = Framed::lines) : how_{how} {}
  [[nodiscard]] FramedStream open(const StreamInfo& info, std::span<const std::string_view> prefix) const override {
    infos.push_back(info);
    prefixes.emplace_back(prefix.begin(), prefix.end());
    return {make_framer(how_), nullptr};
  }
  mutable std::vector<StreamInfo> infos;
  mutable std::vector<std::vector<std::string>> prefixes;

 private:
  Framed how_;
};

}  // namespace loglode::test
