#include "app/cli/eval_results.h"

#include <cerrno>
#include <cstring>
#include <sstream>

#include "app/cli/text_io.h"
#include "core/base/error.h"

namespace asterism {

namespace {

using Json = nlohmann::ordered_json;
using eval::Outcome;

Json jsonOf(const Outcome& outcome) {
    return {{"setting", outcome.setting},
            {"task", outcome.task},
            {"length", outcome.length},
            {"sample", outcome.sample},
            {"question", outcome.question},
            {"digest", outcome.digest},
            {"score", outcome.score},
            {"answer", outcome.answer},
            {"expected", outcome.expected},
            {"context_tokens", outcome.contextTokens},
            {"attended_tokens", outcome.attendedTokens},
            {"query_tokens", outcome.queryTokens},
            {"blocks", outcome.contextBlocks},
            {"kv_bytes", outcome.kvBytes},
            {"encode_s", outcome.encodeSeconds},
            {"first_token_s", outcome.firstTokenSeconds},
            {"tokens_per_s", outcome.tokensPerSecond}};
}

Outcome outcomeOf(const Json& json) {
    Outcome outcome;
    json.at("setting").get_to(outcome.setting);
    json.at("task").get_to(outcome.task);
    json.at("length").get_to(outcome.length);
    json.at("sample").get_to(outcome.sample);
    json.at("question").get_to(outcome.question);
    json.at("digest").get_to(outcome.digest);
    json.at("score").get_to(outcome.score);
    json.at("answer").get_to(outcome.answer);
    json.at("expected").get_to(outcome.expected);
    json.at("context_tokens").get_to(outcome.contextTokens);
    json.at("attended_tokens").get_to(outcome.attendedTokens);
    json.at("query_tokens").get_to(outcome.queryTokens);
    json.at("blocks").get_to(outcome.contextBlocks);
    json.at("kv_bytes").get_to(outcome.kvBytes);
    json.at("encode_s").get_to(outcome.encodeSeconds);
    json.at("first_token_s").get_to(outcome.firstTokenSeconds);
    json.at("tokens_per_s").get_to(outcome.tokensPerSecond);
    return outcome;
}

}  // namespace

EvalResults::EvalResults(const std::filesystem::path& path, const Json& head) : m_path(path) {
    if (path.empty()) return;
    const bool isNew = !std::filesystem::exists(path) || std::filesystem::is_empty(path);
    if (!isNew) load(head);
    m_file.open(path, std::ios::app);
    if (!m_file) throw Error(path.string(), ": cannot be written: ", std::strerror(errno));
    if (isNew) writeLine(head);
}

void EvalResults::load(const Json& head) {
    const std::string text = readTextFile(m_path);
    std::istringstream lines(text);
    std::size_t kept = 0;
    std::string line;
    for (int number = 1; std::getline(lines, line); ++number) {
        // A run that was killed may have left half a line: that outcome is asked for again.
        if (lines.eof() && !text.ends_with('\n')) break;
        const Json json = Json::parse(line, nullptr, false);
        if (number == 1 && !(json == head))  // both are false of what is no JSON
            throw Error(m_path.string(), ": holds results of another run (", line,
                        "); name a new file");
        try {
            if (number > 1) {
                Outcome outcome = outcomeOf(json);
                const Outcome::Key key = outcome.key();
                m_outcomes.insert_or_assign(key, std::move(outcome));
            }
        } catch (const Json::exception&) {
            throw Error(m_path.string(), ": line ", number,
                        " is no result of a question; remove it or name a new file");
        }
        kept += line.size() + 1;
    }
    if (kept < text.size()) std::filesystem::resize_file(m_path, kept);
}

const Outcome* EvalResults::find(const Outcome::Key& key) const {
    const auto found = m_outcomes.find(key);
    return found == m_outcomes.end() ? nullptr : &found->second;
}

void EvalResults::add(const Outcome& outcome) {
    m_outcomes.insert_or_assign(outcome.key(), outcome);
    if (m_file.is_open()) writeLine(jsonOf(outcome));
}

void EvalResults::writeLine(const Json& line) {
    m_file << line.dump(-1, ' ', false, Json::error_handler_t::replace) << std::endl;
    if (!m_file)
        throw Error(m_path.string(), ": cannot be written: ", std::strerror(errno),
                    "; what it holds is kept, and the same command goes on from there");
}

std::vector<Outcome> EvalResults::all() const {
    std::vector<Outcome> outcomes;
    for (const auto& [key, outcome] : m_outcomes) outcomes.push_back(outcome);
    return outcomes;
}

}  // namespace asterism
