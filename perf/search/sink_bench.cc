// The sink for Elasticsearch alone, on batches that are parsed already, in turns with a bare libcurl loop that sends the same bodies at the
// same gzip level, with as many requests at once: JSON on standard output. The server is another process (bulk_server). usage: sink_bench
// PORT LOG [ROUNDS] [gzip|none] [HASH_KEY] [sink|bare]
#include <curl/curl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <zlib.h>

#include <chrono>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>

#include "app/reading/builtin_rules.h"
#include "core/framing.h"
#include "parse/parser.h"
#include "parse/redact/redactor.h"
#include "sinks/elasticsearch/elasticsearch_sink.h"
#include "sinks/elasticsearch/search_document.h"

namespace loglode {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatchBytes = 1 * kMiB;
constexpr std::size_t kInFlight = 8;
const std::string kMembers = template_members("GET <*> HTTP/1.1 status=<*> bytes=<*> duration=<*>", "0123456789abcdef0123456789abcdef");

struct Work {
  LoadedRules rules;
  RunCounters counters;
  std::vector<std::shared_ptr<const Batch>> batches;
  std::vector<std::vector<std::uint32_t>> selected;
  std::vector<std::string> bodies;  // of the bare loop
  std::size_t documents = 0, bytes = 0;
};

void add_batch(Work& work, std::string_view text, std::uint64_t offset, const FramerFactory& framers, std::span<Stage* const> stages) {
  auto batch = std::make_shared<Batch>();
  std::memcpy(batch->reserve(text.size()), text.data(), text.size());
  StreamInfo info;
  info.path = "/var/log/shop/shop.log";
  info.service = "shop";
  info.identity = {0x1234567890abcdef, 0xfedcba0987654321};
  const std::string_view first = text.substr(0, text.find('\n'));
  batch->stream = std::make_shared<const Stream>(Stream{info, framers.open(info, std::span{&first, 1}).plan});
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    Record& record = batch->records.emplace_back();
    record.raw = {batch->bytes() + begin, end - begin};
    record.offset = offset + begin;
    begin = end + 1;
  }
  for (Stage* const stage : stages)
    if (!stage->run(*batch)) std::abort();
  work.selected.emplace_back(batch->records.size());
  std::iota(work.selected.back().begin(), work.selected.back().end(), 0U);
  work.documents += batch->records.size();
  work.batches.push_back(std::move(batch));
}

void read_batches(Work& work, const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  work.rules = load_rules_for(ReadingOptions{}).value();
  const auto framers = make_framer_factory(ParseConfig{}).value();
  const auto parser = make_parser(work.counters);
  const auto classifier = make_classifier(work.rules.rules, work.counters).value();
  const auto redactor = make_redactor(work.counters);
  Stage* const stages[] = {parser.get(), classifier.get(), redactor.get()};
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t line_end = text.find('\n', std::min(begin + kBatchBytes, text.size() - 1));
    const std::size_t end = line_end == std::string::npos ? text.size() : line_end + 1;
    add_batch(work, std::string_view{text}.substr(begin, end - begin), begin, *framers, stages);
    begin = end;
  }
}

void render_bodies(Work& work, const SearchSinkConfig& config, SinkAnswers& answers) {
  SearchDocuments documents{*work.rules.catalog, StreamRouter{config.data_stream, {}, answers}, config.hash_key, {}};
  const Timestamp read = std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
  work.bodies.emplace_back();
  for (const auto& batch : work.batches)
    for (const Record& record : batch->records) {
      documents.append(work.bodies.back(), *batch, record, kMembers, read);
      if (work.bodies.back().size() < config.bulk_bytes) continue;
      work.bytes += work.bodies.back().size();
      work.bodies.emplace_back();
    }
  work.bytes += work.bodies.back().size();
}

void run_sink(const Work& work, const SearchSinkConfig& config, SinkAnswers& answers) {
  IgnoreVerdicts ignore;
  SearchSinkLinks links{[](const std::string& what) { fmt::print(stderr, "{}\n", what); }, answers,
                        [] { return std::optional<HttpAccess>{}; }};
  auto sink = make_elasticsearch_sink(
      config, *work.rules.catalog, [](ShapeId) -> const std::string& { return kMembers; }, {}, links);
  for (std::size_t i = 0; i < work.batches.size(); ++i)
    while (!sink->records->write(work.batches[i], work.selected[i], ignore)) {}
  while (!sink->sink->flush(Clock::now() + std::chrono::seconds{10})) {}
}

std::string gzip_of(const std::string& text) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // NOLINT: zlib's old signature
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::size_t ignore_bytes(char*, std::size_t size, std::size_t count, void*) { return size * count; }

void run_bare(const Work& work, const SearchSinkConfig& config) {
  CURLM* const multi = curl_multi_init();
  const std::string url = config.urls.front() + "/_bulk?filter_path=items.*.status";
  curl_slist* headers = curl_slist_append(nullptr, "Content-Type: application/x-ndjson");
  headers = curl_slist_append(headers, "Expect:");
  if (config.gzip) headers = curl_slist_append(headers, "Content-Encoding: gzip");
  std::vector<std::string> packed(work.bodies.size());
  std::vector<std::pair<CURL*, std::size_t>> idle;
  for (std::size_t i = 0; i < kInFlight; ++i) idle.emplace_back(curl_easy_init(), 0);
  std::size_t next = 0, done = 0;
  while (done < work.bodies.size()) {
    while (next < work.bodies.size() && !idle.empty()) {
      CURL* const easy = idle.back().first;
      idle.pop_back();
      if (config.gzip) packed[next] = gzip_of(work.bodies[next]);
      const std::string& body = config.gzip ? packed[next] : work.bodies[next];
      ++next;
      curl_easy_setopt(easy, CURLOPT_URL, url.c_str());
      curl_easy_setopt(easy, CURLOPT_HTTPHEADER, headers);
      curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body.data());
      curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
      curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, &ignore_bytes);
      curl_multi_add_handle(multi, easy);
      int running = 0;
      curl_multi_perform(multi, &running);
    }
    int running = 0, left = 0;
    curl_multi_perform(multi, &running);
    while (CURLMsg* const message = curl_multi_info_read(multi, &left)) {
      if (message->msg != CURLMSG_DONE) continue;
      if (message->data.result != CURLE_OK) std::abort();
      CURL* const easy = message->easy_handle;
      curl_multi_remove_handle(multi, easy);
      idle.emplace_back(easy, 0);
      ++done;
    }
    if (done < work.bodies.size() && (idle.empty() || next == work.bodies.size())) curl_multi_poll(multi, nullptr, 0, 1000, nullptr);
  }
  for (const auto& [easy, unused] : idle) curl_easy_cleanup(easy);
  curl_multi_cleanup(multi);
  curl_slist_free_all(headers);
}

double cpu_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6; };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

template <class Run>
std::string timed(const char* name, const Work& work, const Run& run) {
  const double cpu = cpu_seconds();
  const auto began = Clock::now();
  run();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  return fmt::format(R"("{}":{{"mb_per_s":{:.1f},"documents_per_s":{:.0f},"cpu_s":{:.3f}}})", name,
                     static_cast<double>(work.bytes) / 1e6 / seconds, static_cast<double>(work.documents) / seconds, cpu_seconds() - cpu);
}

int measure(int count, char** words) {
  const auto word = [&](int at, const char* otherwise) { return std::string{count > at ? words[at] : otherwise}; };
  SearchSinkConfig config;
  config.name = "bench";
  config.urls = {"http://127.0.0.1:" + word(1, "")};
  config.gzip = word(4, "gzip") == "gzip";
  config.hash_key = word(5, "");
  config.in_flight_max = kInFlight;
  const std::string only = word(6, "");
  Work work;
  SinkAnswers answers;
  read_batches(work, word(2, ""));
  render_bodies(work, config, answers);
  std::string rounds;
  for (int round = std::atoi(word(3, "5").c_str()); round > 0; --round) {
    const std::string sink = only == "bare" ? "" : timed("sink", work, [&] { run_sink(work, config, answers); });
    const std::string bare = only == "sink" ? "" : timed("bare", work, [&] { run_bare(work, config); });
    rounds += fmt::format("{}{{{}{}{}}}", rounds.empty() ? "" : ",", sink, sink.empty() || bare.empty() ? "" : ",", bare);
  }
  fmt::print("{{\"documents\":{},\"plain_mb\":{:.1f},\"bulks\":{},\"rounds\":[{}]}}\n", work.documents,
             static_cast<double>(work.bytes) / 1e6, work.bodies.size(), rounds);
  return 0;
}

}  // namespace
}  // namespace loglode

int main(int count, char** words) { return count < 3 ? 2 : loglode::measure(count, words); }
