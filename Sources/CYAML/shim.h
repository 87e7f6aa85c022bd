// libyaml of the system: Debian's libyaml-dev, Homebrew's libyaml.
#include <yaml.h>
