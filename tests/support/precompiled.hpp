// Headers that nearly every test reads: compiled once, reused by all test programs.
#pragma once

#include "config/precompiled.hpp"

#include <catch2/catch.hpp>
