#include "app/cli/command_list.h"

namespace asterism {

void addAllCommands(CommandSet& commands) {
    addModelCommand(commands);
    addTokenizeCommand(commands);
    addDetokenizeCommand(commands);
    addTemplateCommand(commands);
    addScoreCommand(commands);
    addGenerateCommand(commands);
    addAskCommand(commands);
    addBenchCommand(commands);
    addEvalCommand(commands);
    addCacheCommand(commands);
}

}  // namespace asterism
