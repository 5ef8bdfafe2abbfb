// The miner once more, from tokens to templates as docs/mining.md states the rules: texts instead of hashes, everything written out and
// compared. Nothing of patterns/mining/ is used, but for one thing that is given: what the fast path calls a line's shape, because an id is
// the smallest of those.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "reference_widening.h"

namespace loglode::reference {

using Forms = std::vector<const Form*>;

// ---------------------------------------------------------------------------------------------------------------------- siblings

/// rows: row, entries: entry, batches: batch
inline std::string singular(std::string word) {
  const auto ends = [&word](const std::string& end) {
    return word.size() >= end.size() && word.compare(word.size() - end.size(), end.size(), end) == 0;
  };
  if (word.size() < 3 || !ends("s") || ends("ss")) return word;
  if (ends("ies")) return word.substr(0, word.size() - 3) + "y";
  if (ends("ches") || ends("shes") || ends("xes") || ends("sses")) return word.substr(0, word.size() - 2);
  return word.substr(0, word.size() - 1);
}

/// A word that is a value where others are.
inline bool like_value(const std::string& word) {
  static const std::set<std::string> missing{"null", "NULL", "nil", "None", "none", "NaN", "N/A", "n/a", "undefined", "-"};
  if (missing.count(word) != 0 || count(word, digit) != 0) return true;
  if (word.size() < 6) return false;
  if (all(word, hex)) return true;
  const auto capital = [](char c) { return c >= 'A' && c <= 'Z'; };
  const auto small = [](char c) { return c >= 'a' && c <= 'z'; };
  bool middle = false;
  for (std::size_t at = 1; at < word.size(); ++at) {
    if (!capital(word[at]) && !small(word[at])) return false;
    middle = middle || (capital(word[at]) && !capital(word[at - 1]));
  }
  return middle && (capital(word[0]) || small(word[0]));
}

/// A dash between blanks.
inline bool dash(const Form& form, std::size_t at) {
  return !form.pieces[at].varies && form.pieces[at].text == "-" && form.pieces[at].blank &&
         (at + 1 == form.pieces.size() || form.pieces[at + 1].blank);
}

/// How many different words at a place make it a variable; nothing when no number does. `group`: all that are equal but for the place.
inline std::optional<std::size_t> words_needed(const Forms& group, std::size_t place) {
  const std::vector<Piece>& pieces = group.front()->pieces;
  std::vector<std::size_t> others;  // words of the message besides the place
  for (std::size_t i = 0; i < pieces.size(); ++i)
    if (i != place && pieces[i].word()) others.push_back(i);
  const bool first = others.empty() || others.front() > place;
  bool digits = true, variable = false;
  for (const Form* form : group) {
    variable |= form->pieces[place].varies;
    digits &= form->pieces[place].varies || count(form->pieces[place].text, digit) != 0;
  }
  if (others.size() + 1 <= 2) return first ? std::nullopt : std::optional<std::size_t>{10};
  if (digits) return variable ? 2 : 3;
  if (place > 0 && pieces[place - 1].varies && !variable && std::all_of(group.begin(), group.end(), [&](const Form* form) {
        return singular(form->pieces[place].text) == singular(pieces[place].text);
      }))
    return 2;
  if (first && others.size() + 1 <= 4) return 10;
  const bool behind_preposition = place > 0 && pieces[place - 1].word() && preposition(pieces[place - 1].text);
  return behind_preposition ? 3 : 5;
}

/// Every group of every place, found before any is widened. Whether there was one to widen.
inline bool widen_siblings(std::vector<Form>& forms) {
  std::set<std::pair<std::size_t, std::size_t>> widened;
  for (std::size_t place = 0; place < 64; ++place) {
    std::map<std::string, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < forms.size(); ++i) {
      if (place >= forms[i].pieces.size() || !(forms[i].pieces[place].varies || forms[i].pieces[place].word() || dash(forms[i], place)))
        continue;
      std::string key = std::to_string(forms[i].severity);
      for (std::size_t at = 0; at < forms[i].pieces.size(); ++at)
        key += at == place ? (forms[i].pieces[at].blank ? "_?" : "^?") : forms[i].pieces[at].key();
      groups[key].push_back(i);
    }
    for (const auto& [key, members] : groups) {
      Forms group;
      std::set<std::string> words;
      for (const std::size_t i : members) {
        group.push_back(&forms[i]);
        words.insert(forms[i].pieces[place].key());
      }
      const std::optional<std::size_t> needed = words_needed(group, place);
      if (words.size() < 2 || !needed) continue;
      const bool beside_value = std::any_of(group.begin(), group.end(), [&](const Form* form) { return form->pieces[place].varies; });
      for (const std::size_t i : members) {
        const Piece& piece = forms[i].pieces[place];
        if (piece.varies || !(words.size() >= *needed || (beside_value && like_value(piece.text)))) continue;
        if (!dash(forms[i], place) || beside_value) widened.insert({i, place});
      }
    }
  }
  for (const auto& [form, place] : widened) forms[form].pieces[place].varies = true;
  return !widened.empty();
}

// ----------------------------------------------------------------------------------------------------------------------- aliases

/// Tokens [begin, end) that count as one variable.
struct Range {
  std::size_t begin, end;
};

/// Behind the variable at `at`, which may stand in quotes; `at` when there is none.
inline std::size_t variable_end(const std::vector<Piece>& p, std::size_t at) {
  if (at < p.size() && p[at].varies) return at + 1;
  const bool quoted = at + 2 < p.size() && (p[at].mark("\"") || p[at].mark("'")) && !p[at].varies && p[at + 1].varies && !p[at + 1].blank &&
                      !p[at + 2].varies && p[at + 2].mark(p[at].text.c_str()) && !p[at + 2].blank;
  return quoted ? at + 3 : at;
}

/// Behind the variable at `at` and what belongs to it: a unit, itself again in brackets, further variables.
inline std::size_t run_end(const std::vector<Piece>& p, std::size_t at) {
  const auto mark = [&](std::size_t i, const char* which) { return i < p.size() && p[i].mark(which); };
  const auto variable = [&](std::size_t i) { return i < p.size() && p[i].varies; };
  at = variable_end(p, at);
  while (true) {
    if (at < p.size() && p[at].unit()) ++at;
    if (mark(at, "(")) {
      std::size_t inside = at + 1;
      while (variable(inside) || (inside < p.size() && p[inside].unit())) ++inside;
      if (mark(inside, ")")) at = inside + 1;
    }
    const bool next = at < p.size() && p[at].blank && variable_end(p, at) != at;
    const bool listed = mark(at, ",") && variable_end(p, at + 1) != at + 1;
    const bool glued = mark(at, ":") && variable(at + 1) && variable(at - 1) && !p[at].blank && !p[at + 1].blank;
    if (next)
      at = variable_end(p, at);
    else if (listed || glued)
      at = variable_end(p, at + 1);
    else
      return at;
  }
}

/// A run, or a piece that belongs to none.
struct Unit {
  bool run;
  std::string text;
  Range pieces;
};

/// Items of a list that are alike are one, each with all its units: from the last run of the first to the last run of the last.
inline void fold_items(const std::vector<Piece>& p, std::vector<Unit>& units) {
  const auto stands = [&](std::size_t at, const std::string& marks) {
    return !units[at].run && p[units[at].pieces.begin].kind == ElementKind::mark && marks.find(units[at].text) != std::string::npos;
  };
  const auto blank_at = [&](std::size_t at) { return p[units[at].pieces.begin].blank; };
  for (std::size_t at = 1; at + 1 < units.size();) {
    bool folded = false;
    for (std::size_t size = 1; stands(at, ",;") && size <= 24 && size <= at && at + size < units.size() && !folded; ++size) {
      const std::size_t first = at - size, behind = at + 1 + size;
      bool alike = true, run = false;
      for (std::size_t i = 0; i < size; ++i) {
        const Unit &one = units[first + i], &other = units[at + 1 + i];
        alike = alike && one.run == other.run && one.text == other.text;
        run = run || one.run;
      }
      const bool begins = first == 0 || stands(first - 1, "([{,;") || blank_at(first);
      const bool ends = behind == units.size() || stands(behind, ")]},;") || blank_at(behind);
      if (!alike || !run || !begins || !ends) continue;
      std::size_t last = at - 1;
      while (!units[last].run) --last;
      const std::size_t same = last + at + 1 - first;
      units[last].pieces.end = units[same].pieces.end;
      units.erase(units.begin() + static_cast<std::ptrdiff_t>(last + 1), units.begin() + static_cast<std::ptrdiff_t>(same + 1));
      folded = true;
    }
    if (!folded) ++at;
  }
}

inline std::vector<Range> runs_of(const Form& form) {
  std::vector<Unit> units;
  for (std::size_t at = 0; at < form.pieces.size();) {
    const bool run = variable_end(form.pieces, at) != at;
    const std::size_t end = run ? run_end(form.pieces, at) : at + 1;
    units.push_back({run, run ? "" : form.pieces[at].text, {at, end}});
    at = end;
  }
  fold_items(form.pieces, units);
  std::vector<Range> runs;
  for (const Unit& unit : units)
    if (unit.run) runs.push_back(unit.pieces);
  return runs;
}

/// A text with runs of blanks as one; none at its beginning unless `text` is not.
inline void append(std::string& out, bool blank, const std::string& text) {
  if (blank && !out.empty()) out += ' ';
  for (const char c : text) {
    if (!reference::blank(c))
      out += c;
    else if (out.empty() || out.back() != ' ')
      out += ' ';
  }
}

/// A run with all that is in it; empty brackets as if a variable stood in them, variables glued by a colon as one.
inline std::string run_text(const std::vector<Piece>& p, Range run) {
  std::string out;
  for (std::size_t at = run.begin; at < run.end; ++at) {
    if (p[at].blank && at != run.begin) out += ' ';
    if (p[at].mark(":") && at + 1 < run.end && !p[at].blank && !p[at + 1].blank && p[at + 1].varies && at > run.begin && p[at - 1].varies) {
      ++at;  // what follows is part of the variable before
      continue;
    }
    out += p[at].varies ? "<*>" : p[at].text;
    if (p[at].mark("(") && at + 1 < run.end && p[at + 1].mark(")")) out += "<*>";
  }
  return out;
}

/// What is outside of the runs, each run as one variable.
inline std::string alias_key(const Form& form) {
  std::string key = std::to_string(form.severity);
  std::size_t at = 0;
  for (const Range run : runs_of(form)) {
    for (; at < run.begin; ++at) key += form.pieces[at].key();
    key += form.pieces[at].blank ? "_*" : "^*";
    at = run.end;
  }
  for (; at < form.pieces.size(); ++at) key += form.pieces[at].key();
  return key;
}

/// The text of forms with one alias key: a run is written out where all of them write it the same.
inline std::string text_of(const Forms& forms) {
  const std::vector<Piece>& first = forms.front()->pieces;
  const std::vector<Range> runs = runs_of(*forms.front());
  std::string out;
  std::size_t at = 0;
  for (std::size_t run = 0; run <= runs.size(); ++run) {
    const std::size_t until = run < runs.size() ? runs[run].begin : first.size();
    for (; at < until; ++at) append(out, first[at].blank, first[at].text);
    if (run == runs.size()) break;
    std::set<std::string> texts;
    for (const Form* form : forms) texts.insert(run_text(form->pieces, runs_of(*form)[run]));
    append(out, first[at].blank, texts.size() == 1 ? *texts.begin() : "<*>");
    at = runs[run].end;
  }
  return out;
}

// ------------------------------------------------------------------------------------------------------------------------ covers

/// A form as words (what stands between blanks). A word that holds a variable is open: punctuation behind it and pairs around it removed.
struct Outline {
  std::string key;                 // the form, each open word as `*`
  std::vector<std::string> words;  // the open words; empty for one that is nothing but a variable
  std::size_t mixed = 0;           // how many of them are more
  std::size_t constants = 0;       // constants outside of the open words
};

inline Outline outline_of(const Form& form) {
  Outline out;
  out.key = std::to_string(form.severity);
  const std::vector<Piece>& p = form.pieces;
  const auto closing = [&](std::size_t i) { return !p[i].varies && p[i].text.find_first_not_of(",;:.!?") == std::string::npos; };
  const auto pair = [&](std::size_t open, std::size_t close) {
    static const std::set<std::string> known{"()", "[]", "{}", "\"\"", "''"};
    return !p[open].varies && !p[close].varies && known.count(p[open].text + p[close].text) != 0 && p[open].text.size() == 1;
  };
  for (std::size_t begin = 0; begin < p.size();) {
    std::size_t end = begin + 1;
    while (end < p.size() && !p[end].blank) ++end;
    std::size_t open = begin, close = end;  // the open word, if it is one
    while (close > open && closing(close - 1)) --close;
    while (close > open + 2 && pair(open, close - 1)) ++open, --close;
    const bool is_open = std::any_of(&p[open], &p[open] + (close - open), [](const Piece& one) { return one.varies; });
    if (!is_open) open = close = end;
    for (std::size_t i = begin; i < end; ++i) {
      if (i == open) {
        out.words.emplace_back();
        for (; i < close; ++i) out.words.back() += p[i].varies ? "*" : std::to_string(p[i].text.size()) + ':' + p[i].text;
        if (close == open + 1) out.words.back().clear();
        out.mixed += !out.words.back().empty();
        out.key += '*';
        if (i == end) break;
      }
      out.key += std::to_string(p[i].text.size()) + ':' + p[i].text;
      out.constants += p[i].kind == ElementKind::constant;
    }
    out.key += ' ';
    begin = end;
  }
  return out;
}

/// Whether `general` says less than `other` and nothing else.
inline bool covers(const Outline& general, const Outline& other) {
  if (general.key != other.key || general.constants < 2 || general.mixed >= other.mixed) return false;
  for (std::size_t i = 0; i < general.words.size(); ++i)
    if (!general.words[i].empty() && general.words[i] != other.words[i]) return false;
  return true;
}

/// For each form the one that covers it in the end, itself when none does.
inline std::vector<std::size_t> covers_of(const Forms& forms) {
  std::vector<Outline> outlines;
  std::vector<std::size_t> order, cover(forms.size());  // order: the most general first
  for (std::size_t i = 0; i < forms.size(); ++i) {
    outlines.push_back(outline_of(*forms[i]));
    order.push_back(i);
  }
  std::map<std::string, std::size_t> alike;
  for (const Outline& one : outlines) ++alike[one.key];
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair{outlines[a].mixed, forms[a]->name} < std::pair{outlines[b].mixed, forms[b]->name};
  });
  for (const std::size_t other : order) {
    cover[other] = other;
    std::size_t compared = 0;
    for (const std::size_t general : order) {
      if (outlines[general].key != outlines[other].key) continue;
      if (alike[outlines[other].key] > 64 && compared++ != 0) break;  // of many that are alike only the most general one covers others
      if (!covers(outlines[general], outlines[other])) continue;
      cover[other] = cover[general];
      break;
    }
  }
  return cover;
}

// ------------------------------------------------------------------------------------------------------------------------- miner

class Miner {
 public:
  /// `name` is what the fast path calls the shape of this line. False when it calls a shape of other lines the same or this one by two
  /// names.
  bool learn(std::string_view line, int severity, ShapeId name) {
    const std::vector<Token> tokens = tokens_of(line);
    std::string key = std::to_string(severity);
    for (const Token& token : tokens) {
      const bool slot = token.kind == ElementKind::value || token.kind == ElementKind::named;
      key += (token.blank ? "_" : "^") + (slot ? "*" : std::to_string(token.text.size()) + ':' + token.text);
    }
    const auto [known, is_new] = shapes_.try_emplace(key, Form{severity, name, {}});
    Form& shape = known->second;
    std::size_t slot = 0;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
      const Token& token = tokens[i];
      const bool is_slot = token.kind == ElementKind::value || token.kind == ElementKind::named;
      if (is_new) shape.pieces.push_back({token.text, token.kind, token.blank, false});
      if (is_slot && (slot++ >= 64 || token.kind == ElementKind::value || shape.pieces[i].text != token.text))
        shape.pieces[i].varies = true;
    }
    return shape.name == name && names_.try_emplace(name, key).first->second == key;
  }

  struct Template {
    ShapeId id;
    std::string text;
  };

  /// By the fast path's name of the shape.
  std::map<ShapeId, Template> derive_templates() const {
    std::vector<Form> forms;
    for (const auto& [key, form] : shapes_) forms.push_back(form);
    std::sort(forms.begin(), forms.end(), [](const Form& a, const Form& b) { return a.name < b.name; });
    bool changed = true;
    for (int round = 0; round < 8 && changed; ++round) {
      changed = widen_siblings(forms);
      changed = absorb_words(forms) || changed;
      changed = widen_bodies(forms) || changed;
      changed = widen_texts(forms) || changed;
      changed = widen_wide_words(forms) || changed;
    }

    std::map<std::string, Forms> aliases;
    for (const Form& form : forms) aliases[alias_key(form)].push_back(&form);
    Forms fullest;  // of each: the one with the most variables
    std::vector<std::string> texts;
    for (const auto& [key, members] : aliases) {
      fullest.push_back(members.front());
      for (const Form* form : members)
        if (form->variables() > fullest.back()->variables()) fullest.back() = form;
      texts.push_back(text_of(members));
    }
    const std::vector<std::size_t> cover = covers_of(fullest);

    std::map<std::pair<int, std::string>, Forms> classes;
    std::size_t index = 0;
    for (const auto& [key, members] : aliases) {
      Forms& one = classes[{members.front()->severity, texts[cover[index++]]}];
      one.insert(one.end(), members.begin(), members.end());
    }
    std::map<ShapeId, Template> derived;
    for (const auto& [severity_and_text, members] : classes) {
      ShapeId smallest = members.front()->name;
      for (const Form* form : members) smallest = std::min(smallest, form->name);
      for (const Form* form : members) derived[form->name] = {smallest, severity_and_text.second};
    }
    return derived;
  }

 private:
  std::map<std::string, Form> shapes_;  // by what the lines of one have in common
  std::map<ShapeId, std::string> names_;
};

}  // namespace loglode::reference
