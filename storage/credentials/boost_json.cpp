// Boost.JSON's own code, compiled once: Debian's package of Boost has headers only.
#include <boost/json/src.hpp>
