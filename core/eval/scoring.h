#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/eval/task.h"

namespace asterism::eval {

// How right an answer is, from 0 to 1. Letters count as the same in both cases.
double scoreOf(Scoring scoring, const Question& question, std::string_view answer);

// True once more text can no longer change the score: the rest need not be generated.
bool isSettled(Scoring scoring, const Question& question, std::string_view answer);

// Texts behind which an answer says nothing more that counts.
std::vector<std::string> stopTexts(Scoring scoring);

}  // namespace asterism::eval
