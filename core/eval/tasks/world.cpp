#include <algorithm>
#include <map>

#include "core/base/check.h"
#include "core/eval/tasks/task_parts.h"

namespace asterism::eval {

namespace {

// What a simulated world tells of itself, and what can be asked about it.
struct Story {
    std::vector<std::string> facts;  // in the order in which they happened, no two the same
    std::vector<Question> questions;
};

// All of `all` but those of `without`.
std::vector<std::string> others(const std::vector<std::string>& all,
                                const std::vector<std::string>& without) {
    std::vector<std::string> rest;
    for (const std::string& one : all)
        if (std::find(without.begin(), without.end(), one) == without.end()) rest.push_back(one);
    return rest;
}

std::vector<std::string> drawSome(Random& random, std::vector<std::string> all, std::size_t count) {
    random.shuffle(all);
    all.resize(count);
    return all;
}

// People walk between places; they take things, carry them along and put them down.
class World {
  public:
    explicit World(Random& random)
        : m_random(random),
          m_people(drawSome(random, people(), 4)),
          m_places(drawSome(random, places(), 6)),
          m_things(drawSome(random, things(), 3)) {}

    // Lets so much happen. False if it came to a point where nothing new can be told: no fact is
    // told twice.
    bool run(std::size_t facts, bool hasThings) {
        constexpr int kMostDraws = 1000;
        for (int i = 0; i < kMostDraws; ++i) {
            if (m_facts.size() >= facts && (!hasThings || everyThingHasMoved())) return true;
            const std::string& person = m_random.pick(m_people);
            const std::size_t draw = m_random.below(10);
            if (!hasThings || draw < 6)
                move(person);
            else if (draw < 8)
                take(person, m_random.pick(m_things));
            else
                putDown(m_random.pick(m_things));
        }
        return false;
    }

    // Where each person is (bAbI's task 1).
    Story whereIsPerson() const {
        Story story{m_facts, {}};
        for (const std::string& person : m_people) {
            const auto found = m_stands.find(person);
            if (found == m_stands.end()) continue;
            const Stand& at = found->second;
            story.questions.push_back({"Where is " + person + " now?",
                                       person + " is in the",
                                       {at.place},
                                       others(m_places, {at.place}),
                                       {at.fact}});
        }
        return story;
    }

    // Where each thing is: who took it, and where that person went (task 2).
    Story whereIsThing() const {
        Story story{m_facts, {}};
        for (const std::string& thing : m_things) {
            const Visit& last = m_visits.at(thing).back();
            story.questions.push_back({"Where is the " + thing + " now?",
                                       "The " + thing + " is in the",
                                       {last.place},
                                       others(m_places, {last.place}),
                                       last.facts});
        }
        return story;
    }

    // Where each thing was before it came to where it is (task 3).
    Story whereWasThing() const {
        Story story{m_facts, {}};
        for (const std::string& thing : m_things) {
            const std::vector<Visit>& visits = m_visits.at(thing);
            const Visit& last = visits.back();
            const Visit& before = visits[visits.size() - 2];
            std::set<std::string> facts(last.facts.begin(), last.facts.end());
            facts.insert(before.facts.begin(), before.facts.end());
            const std::string when = " before it came to the " + last.place;
            story.questions.push_back({"Where was the " + thing + when + "?",
                                       "The " + thing + when + " was in the",
                                       {before.place},
                                       others(m_places, {before.place, last.place}),
                                       {facts.begin(), facts.end()}});
        }
        return story;
    }

  private:
    struct Stand {
        std::string place;
        std::string fact;  // that tells it
    };
    struct Visit {
        std::string place;
        std::vector<std::string> facts;
    };

    bool tell(const std::string& fact) {
        if (!m_told.insert(fact).second) return false;
        m_facts.push_back(fact);
        return true;
    }

    void move(const std::string& person) {
        static const std::vector<std::string> kVerbs{"went", "walked", "ran", "moved", "returned"};
        const std::string& place = m_random.pick(m_places);
        if (m_stands.contains(person) && m_stands[person].place == place) return;
        const std::string fact = person + " " + m_random.pick(kVerbs) + " to the " + place + ".";
        if (!tell(fact)) return;
        m_stands[person] = {place, fact};
        for (const auto& [thing, holder] : m_holders)
            if (holder == person) m_visits[thing].push_back({place, {m_takes[thing], fact}});
    }

    // A thing that nobody has touched yet may be anywhere.
    void take(const std::string& person, const std::string& thing) {
        if (!m_stands.contains(person) || m_holders.contains(thing)) return;
        const Stand& at = m_stands[person];
        const bool isNew = !m_visits.contains(thing);
        if (!isNew && m_visits[thing].back().place != at.place) return;
        const std::string fact = person + " took the " + thing + " there.";
        if (!tell(fact)) return;
        m_takes[thing] = fact;
        m_holders[thing] = person;
        if (isNew) m_visits[thing].push_back({at.place, {fact, at.fact}});
    }

    void putDown(const std::string& thing) {
        const auto holder = m_holders.find(thing);
        if (holder == m_holders.end()) return;
        if (tell(holder->second + " put the " + thing + " down.")) m_holders.erase(holder);
    }

    bool everyThingHasMoved() const {
        return std::all_of(m_things.begin(), m_things.end(), [&](const std::string& thing) {
            const auto found = m_visits.find(thing);
            return found != m_visits.end() && found->second.size() >= 2;
        });
    }

    Random& m_random;
    std::vector<std::string> m_people, m_places, m_things;
    std::vector<std::string> m_facts;
    std::set<std::string> m_told;
    std::map<std::string, Stand> m_stands;                  // of people
    std::map<std::string, std::vector<Visit>> m_visits;     // of things, oldest first
    std::map<std::string, std::string> m_holders, m_takes;  // of things
};

// Two places lie beside a third one (task 4).
Story directionStory(Random& random) {
    const auto rooms = drawSome(random, places(), 3);
    const auto sides = drawSome(random, {"north", "south", "east", "west"}, 2);
    Story story;
    for (std::size_t i = 0; i < 2; ++i)
        story.facts.push_back("The " + rooms[i + 1] + " is " + sides[i] + " of the " + rooms[0] +
                              ".");
    for (std::size_t i = 0; i < 2; ++i)
        story.questions.push_back({"What is " + sides[i] + " of the " + rooms[0] + "?",
                                   "What is " + sides[i] + " of the " + rooms[0] + " is the",
                                   {rooms[i + 1]},
                                   others(places(), {rooms[0], rooms[i + 1]}),
                                   {story.facts[i]}});
    random.shuffle(story.facts);
    return story;
}

// People give things to each other (task 5). No two gifts have two parts in common.
Story giftStory(Random& random) {
    constexpr std::size_t kGifts = 8;
    const auto names = drawSome(random, people(), 5);
    const auto goods = drawSome(random, things(), 5);
    Story story;
    std::set<std::string> taken;
    while (story.facts.size() < kGifts) {
        const auto pair = drawSome(random, names, 2);
        const std::string& giver = pair[0];
        const std::string& receiver = pair[1];
        const std::string& thing = random.pick(goods);
        const std::vector<std::string> parts{giver + ">" + thing, thing + ">" + receiver,
                                             giver + ">" + receiver};
        if (std::any_of(parts.begin(), parts.end(),
                        [&](const std::string& part) { return taken.contains(part); }))
            continue;
        taken.insert(parts.begin(), parts.end());
        const std::string fact = giver + " gave the " + thing + " to " + receiver + ".";
        story.facts.push_back(fact);
        switch (random.below(3)) {
            case 0:
                story.questions.push_back({"Who gave the " + thing + " to " + receiver + "?",
                                           "The " + thing + " was given to " + receiver + " by",
                                           {giver},
                                           others(people(), {giver, receiver}),
                                           {fact}});
                break;
            case 1:
                story.questions.push_back({"To whom did " + giver + " give the " + thing + "?",
                                           giver + " gave the " + thing + " to",
                                           {receiver},
                                           others(people(), {giver, receiver}),
                                           {fact}});
                break;
            default:
                story.questions.push_back({"What did " + giver + " give to " + receiver + "?",
                                           giver + " gave to " + receiver + " the",
                                           {thing},
                                           others(things(), {thing}),
                                           {fact}});
        }
    }
    return story;
}

Story storyOf(int task, Random& random) {
    if (task == 4) return directionStory(random);
    if (task == 5) return giftStory(random);
    constexpr std::size_t kFacts[] = {10, 16, 24};
    while (true) {
        World world(random);
        if (!world.run(kFacts[task - 1], task > 1)) continue;
        if (task == 1) return world.whereIsPerson();
        return task == 2 ? world.whereIsThing() : world.whereWasThing();
    }
}

}  // namespace

Recipe worldRecipe(int task, const Texts& texts, std::int64_t questions, Random random) {
    ASTERISM_CHECK(task >= 1 && task <= 5);
    const std::size_t begin = drawProseBegin(random, texts);
    Story story = storyOf(task, random);
    random.shuffle(story.questions);
    story.questions.resize(std::min(story.questions.size(), static_cast<std::size_t>(questions)));
    std::vector<double> depths = drawDepths(random, story.facts.size());
    std::sort(depths.begin(), depths.end());
    return {[=, &texts](std::int64_t units) {
        std::vector<Insert> facts;
        for (std::size_t i = 0; i < depths.size(); ++i)
            facts.push_back({depths[i], story.facts[i]});
        Sample sample;
        sample.context =
            "Facts about people, places and things are hidden in the text below. They are told in "
            "the order in which they happened; the last one counts. Answer with one word.\n\n" +
            joinWithInserts(proseFiller(texts.sentences, begin, units), std::move(facts), " ");
        sample.questions = story.questions;
        return sample;
    }};
}

}  // namespace asterism::eval
