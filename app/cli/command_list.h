#pragma once

#include "app/cli/command.h"

namespace asterism {

// One function per command, each in the file of its name (tokenize_command.cpp).
void addModelCommand(CommandSet& commands);
void addTokenizeCommand(CommandSet& commands);
void addDetokenizeCommand(CommandSet& commands);
void addTemplateCommand(CommandSet& commands);
void addScoreCommand(CommandSet& commands);
void addGenerateCommand(CommandSet& commands);
void addIngestCommand(CommandSet& commands);
void addAskCommand(CommandSet& commands);
void addChatCommand(CommandSet& commands);
void addSummarizeCommand(CommandSet& commands);
void addExplainCommand(CommandSet& commands);
void addListCommand(CommandSet& commands);
void addStatusCommand(CommandSet& commands);
void addVerifyCommand(CommandSet& commands);
void addExportCommand(CommandSet& commands);
void addRemoveCommand(CommandSet& commands);
void addBenchCommand(CommandSet& commands);
void addEvalCommand(CommandSet& commands);
void addCacheCommand(CommandSet& commands);

}  // namespace asterism
