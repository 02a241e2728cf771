#include "core/eval/scoring.h"

#include <algorithm>
#include <cctype>

namespace asterism::eval {

namespace {

std::string lowered(std::string_view text) {
    std::string lower(text);
    for (char& letter : lower)
        letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    return lower;
}

std::size_t countHeld(const std::vector<std::string>& strings, const std::string& answer) {
    return static_cast<std::size_t>(
        std::count_if(strings.begin(), strings.end(), [&](const std::string& string) {
            return answer.find(lowered(string)) != std::string::npos;
        }));
}

}  // namespace

double scoreOf(Scoring scoring, const Question& question, std::string_view answer) {
    const std::string text = lowered(answer);
    const std::size_t held = countHeld(question.expected, text);
    switch (scoring) {
        case Scoring::allExpected:
            return static_cast<double>(held) / static_cast<double>(question.expected.size());
        case Scoring::anyExpected:
            return held > 0 ? 1 : 0;
        case Scoring::onlyExpected:
            break;
    }
    const std::string sentence = text.substr(0, text.find_first_of(".\n"));
    return countHeld(question.expected, sentence) == question.expected.size() &&
                   countHeld(question.rivals, sentence) == 0
               ? 1
               : 0;
}

bool isSettled(Scoring scoring, const Question& question, std::string_view answer) {
    return scoring != Scoring::onlyExpected && scoreOf(scoring, question, answer) >= 1;
}

std::vector<std::string> stopTexts(Scoring scoring) {
    if (scoring == Scoring::onlyExpected) return {".", "\n"};
    return {};
}

}  // namespace asterism::eval
