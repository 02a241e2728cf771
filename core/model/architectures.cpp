#include "core/model/architectures.h"

#include <string>

#include "core/base/error.h"
#include "core/model/in_quotes.h"

namespace asterism {

const std::vector<Architecture>& architectures() {
    static const std::vector<Architecture> list{llamaArchitecture(), qwen2Architecture(),
                                                qwen3Architecture(), gemma3Architecture()};
    return list;
}

ModelConfig readModelConfig(const ModelFile& file) {
    const std::string name = file.metadata().text("general.architecture");
    std::string known;
    for (const Architecture& architecture : architectures()) {
        if (architecture.name == name) return architecture.readConfig(file);
        known += (known.empty() ? "" : ", ") + architecture.name;
    }
    throw Error(file.path().string(), ": architecture ", inQuotes(name),
                " is not known; known are ", known);
}

}  // namespace asterism
