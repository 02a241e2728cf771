#include "app/cli/command_list.h"

namespace asterism {

void addAllCommands(CommandSet& commands) {
    addModelCommand(commands);
    addTokenizeCommand(commands);
    addDetokenizeCommand(commands);
    addTemplateCommand(commands);
    addScoreCommand(commands);
    addGenerateCommand(commands);
    addIngestCommand(commands);
    addAskCommand(commands);
    addChatCommand(commands);
    addSummarizeCommand(commands);
    addExplainCommand(commands);
    addListCommand(commands);
    addStatusCommand(commands);
    addVerifyCommand(commands);
    addExportCommand(commands);
    addRemoveCommand(commands);
    addBenchCommand(commands);
    addEvalCommand(commands);
    addCacheCommand(commands);
}

}  // namespace asterism
