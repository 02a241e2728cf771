#include "core/eval/reading_data.h"

#include <map>

#include <nlohmann/json.hpp>

#include "core/base/error.h"

namespace asterism::eval {

namespace {

using Json = nlohmann::json;

// Numbers of paragraphs, the same text having one number only.
class ParagraphList {
  public:
    explicit ParagraphList(ReadingSet& set) : m_set(set) {}

    std::size_t indexOf(const std::string& text) {
        const auto [found, isNew] = m_known.emplace(text, m_set.paragraphs.size());
        if (isNew) m_set.paragraphs.push_back(text);
        return found->second;
    }

  private:
    ReadingSet& m_set;
    std::map<std::string, std::size_t> m_known;
};

void addSquadQuestions(const Json& questions, std::size_t paragraph, ReadingSet& set) {
    for (const Json& question : questions) {
        ReadingSet::Question taken{question.at("question"), {}, {paragraph}};
        for (const Json& answer : question.at("answers"))
            taken.answers.push_back(answer.at("text"));
        if (!taken.answers.empty()) set.questions.push_back(std::move(taken));
    }
}

ReadingSet squadOf(const Json& document) {
    ReadingSet set;
    ParagraphList paragraphs(set);
    for (const Json& article : document.at("data"))
        for (const Json& paragraph : article.at("paragraphs"))
            addSquadQuestions(paragraph.at("qas"), paragraphs.indexOf(paragraph.at("context")),
                              set);
    return set;
}

ReadingSet hotpotOf(const Json& document) {
    ReadingSet set;
    ParagraphList paragraphs(set);
    for (const Json& question : document) {
        std::map<std::string, std::size_t> byTitle;
        for (const Json& entry : question.at("context")) {
            const std::string title = entry.at(0);
            std::string text = title + "\n";
            for (const Json& sentence : entry.at(1)) text += sentence.get<std::string>();
            byTitle[title] = paragraphs.indexOf(text);
        }
        ReadingSet::Question taken{question.at("question"), {question.at("answer")}, {}};
        for (const auto& [title, index] : byTitle)
            for (const Json& fact : question.at("supporting_facts"))
                if (fact.at(0) == title &&
                    (taken.paragraphs.empty() || taken.paragraphs.back() != index))
                    taken.paragraphs.push_back(index);
        // Full-wiki files may lack the paragraph that holds the answer.
        if (!taken.paragraphs.empty()) set.questions.push_back(std::move(taken));
    }
    return set;
}

ReadingSet parsed(const std::string& json, const std::string& source, const std::string& form,
                  ReadingSet (*read)(const Json&)) {
    ReadingSet set;
    try {
        set = read(Json::parse(json));
    } catch (const Json::exception& error) {
        throw Error(source, ": is not a file of the form of ", form, ": ", error.what());
    }
    if (set.questions.empty()) throw Error(source, ": holds no questions with answers");
    return set;
}

}  // namespace

ReadingSet parseSquad(const std::string& json, const std::string& source) {
    return parsed(json, source, "SQuAD", squadOf);
}

ReadingSet parseHotpot(const std::string& json, const std::string& source) {
    return parsed(json, source, "HotpotQA", hotpotOf);
}

}  // namespace asterism::eval
