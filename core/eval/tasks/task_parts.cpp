#include "core/eval/tasks/task_parts.h"

#include <array>

#include "core/base/error.h"

namespace asterism::eval {

std::vector<double> drawDepths(Random& random, std::size_t count) {
    std::vector<double> depths(count);
    for (double& depth : depths) depth = random.fraction();
    return depths;
}

std::string noiseLine(std::size_t index) {
    static const std::array<std::string, 4> kLines{
        "The rain fell on the roof. The street was wet.", "A cart rolled by. Nobody looked up.",
        "The clock struck the hour. Then it was still.", "Birds sat on the wire. The wind turned."};
    return kLines[index % kLines.size()];
}

std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

std::size_t drawProseBegin(Random& random, const Texts& texts) {
    if (texts.sentences.empty())
        throw Error("the text for the haystack has no sentences; name another one with --text");
    return random.below(texts.sentences.size());
}

}  // namespace asterism::eval
