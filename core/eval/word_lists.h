#pragma once

#include <string>
#include <vector>

namespace asterism::eval {

// Words that samples are made of.
const std::vector<std::string>& adjectives();
const std::vector<std::string>& nouns();
const std::vector<std::string>& people();
const std::vector<std::string>& places();  // rooms and the like, each a single word
const std::vector<std::string>& things();  // that a person can carry

}  // namespace asterism::eval
