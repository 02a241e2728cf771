// Compares what the CPU backend's arithmetics cost in accuracy: the mean negative log-likelihood of
// a text's tokens with each that this machine runs, and its distance from f32.
// Usage: cpu_precision MODEL_FILE TEXT_FILE
#include <cstdio>
#include <fstream>
#include <sstream>

#include "core/base/clock.h"
#include "core/base/error.h"
#include "tests/bench/cpu_engine.h"

namespace asterism {
namespace {

std::string readText(const char* path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error("cannot read ", path, "; give a text file");
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

std::unique_ptr<Engine> openWith(const char* model, cpu::Arithmetic arithmetic) {
    CpuOptions options;
    options.arithmetic = arithmetic;
    return openCpuEngine(model, options);
}

void compare(const char* model, const char* textFile) {
    const std::string text = readText(textFile);
    auto arithmetics = cpu::supportedArithmetics(cpu::InstructionSet::automatic);
    double exact = 0;
    for (auto arithmetic = arithmetics.rbegin(); arithmetic != arithmetics.rend(); ++arithmetic) {
        const auto engine = openWith(model, *arithmetic);
        const std::vector<TokenId> tokens = engine->tokenizer().encode(text, ControlTokens::asText);
        const Stopwatch watch;
        const double nll = engine->score(tokens, {}).meanNegativeLogLikelihood;
        if (*arithmetic == cpu::Arithmetic::f32) exact = nll;
        std::printf("%-55s %zu tokens, mean NLL %.5f (%+.5f), %.1f s\n",
                    engine->description().c_str(), tokens.size(), nll, nll - exact,
                    watch.seconds());
        std::fflush(stdout);
    }
}

}  // namespace
}  // namespace asterism

int main(int count, char** arguments) {
    if (count != 3) {
        std::fprintf(stderr, "usage: cpu_precision MODEL_FILE TEXT_FILE\n");
        return 2;
    }
    try {
        asterism::compare(arguments[1], arguments[2]);
        return 0;
    } catch (const asterism::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
