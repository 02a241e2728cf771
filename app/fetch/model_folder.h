#pragma once

#include <filesystem>
#include <string>

#include "core/base/error.h"
#include "core/fetch/catalogue.h"

namespace asterism {

// A model of the catalogue that has not been pulled.
class ModelMissing : public Error {
  public:
    using Error::Error;
};

// The catalogue compiled into the program (resources/models.json).
const Catalogue& builtInCatalogue();

// Where fetched models are: $XDG_DATA_HOME/asterism/models, by default under ~/.local/share. It
// need not exist. Throws Error if the user has no home folder.
std::filesystem::path modelFolder();

// The file or folder that --model means: a path if it contains a slash or exists, else a name of
// the catalogue, looked up in `folder`. Throws Error that says what to do if there is no such path
// or name, and ModelMissing if the model has not been pulled.
std::filesystem::path resolveModel(const std::string& nameFileOrFolder, const Catalogue& catalogue,
                                   const std::filesystem::path& folder);
std::filesystem::path resolveModel(const std::string& nameFileOrFolder);

// The name of the model to take where none is given: the catalogue's default or, where only others
// are in `folder`, the first of these.
std::string usualModel(const Catalogue& catalogue, const std::filesystem::path& folder);
std::string usualModel();

}  // namespace asterism
