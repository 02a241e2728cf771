#include "core/eval/word_lists.h"

namespace asterism::eval {

const std::vector<std::string>& adjectives() {
    static const std::vector<std::string> words{
        "amber",     "ancient", "blunt",    "brisk",    "calm",    "careful", "chilly", "clever",
        "coastal",   "copper",  "crooked",  "damp",     "distant", "dusty",   "eager",  "faded",
        "fragile",   "frosty",  "gentle",   "glossy",   "golden",  "hidden",  "hollow", "humble",
        "idle",      "jagged",  "lively",   "lonely",   "marble",  "mellow",  "misty",  "modern",
        "narrow",    "nimble",  "noisy",    "northern", "pale",    "patient", "plain",  "proud",
        "quiet",     "rapid",   "restless", "round",    "rusty",   "scarlet", "secret", "shallow",
        "silver",    "sleepy",  "smooth",   "solemn",   "spare",   "steady",  "stormy", "sturdy",
        "subtle",    "sunny",   "tangled",  "tender",   "tidy",    "timid",   "velvet", "vivid",
        "wandering", "weary",   "western",  "wild",     "windy",   "wooden",  "woolen", "yellow"};
    return words;
}

const std::vector<std::string>& nouns() {
    static const std::vector<std::string> words{
        "acorn",   "anvil",   "apron",    "archive", "atlas",      "badger",   "balcony",
        "barrel",  "basket",  "beacon",   "bellows", "blanket",    "bonfire",  "bottle",
        "bridge",  "bucket",  "button",   "cabin",   "camera",     "candle",   "canoe",
        "canvas",  "carpet",  "castle",   "cellar",  "chapel",     "chimney",  "clock",
        "cloud",   "compass", "cradle",   "crystal", "curtain",    "dagger",   "desert",
        "dolphin", "drawer",  "drum",     "eagle",   "engine",     "falcon",   "feather",
        "fence",   "ferry",   "fiddle",   "flask",   "forest",     "fountain", "furnace",
        "gallery", "garden",  "glacier",  "goblet",  "granite",    "hammer",   "harbor",
        "harvest", "hedge",   "helmet",   "heron",   "hill",       "island",   "ivory",
        "jacket",  "jar",     "journal",  "kettle",  "key",        "kite",     "ladder",
        "lagoon",  "lantern", "ledger",   "lemon",   "lighthouse", "lizard",   "locket",
        "loom",    "magnet",  "mantle",   "maple",   "market",     "meadow",   "melon",
        "mill",    "mirror",  "mountain", "napkin",  "needle",     "nest",     "oasis",
        "ocean",   "orchard", "otter",    "oven",    "paddle",     "palace",   "parcel",
        "pebble",  "pencil",  "pepper",   "piano",   "pillar",     "pillow",   "planet",
        "plough",  "pocket",  "pond",     "prism",   "puzzle",     "quarry",   "quilt",
        "raft",    "raven",   "ribbon",   "river",   "rocket",     "saddle",   "sail",
        "scarf",   "shovel",  "shutter",  "sparrow", "spindle",    "stable",   "statue",
        "stove",   "summit",  "swan",     "tavern",  "temple",     "thimble",  "thunder",
        "ticket",  "timber",  "tower",    "trumpet", "tunnel",     "turtle",   "umbrella",
        "valley",  "vase",    "village",  "violin",  "wagon",      "walnut",   "waterfall",
        "whistle", "willow",  "window",   "zipper",  "zodiac"};
    return words;
}

const std::vector<std::string>& people() {
    static const std::vector<std::string> names{"Alma",  "Boris", "Clara", "Dario",
                                                "Elena", "Felix", "Greta", "Hugo",
                                                "Irene", "Jonas", "Karin", "Lorenz"};
    return names;
}

const std::vector<std::string>& places() {
    static const std::vector<std::string> names{"attic",   "bakery",  "cellar",  "courtyard",
                                                "garage",  "garden",  "hallway", "kitchen",
                                                "library", "nursery", "pantry",  "workshop"};
    return names;
}

const std::vector<std::string>& things() {
    static const std::vector<std::string> names{"apple",  "blanket", "bottle",  "candle",
                                                "hammer", "lantern", "melon",   "notebook",
                                                "parcel", "teapot",  "trumpet", "umbrella"};
    return names;
}

}  // namespace asterism::eval
