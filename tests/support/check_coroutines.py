#!/usr/bin/env python3
"""Finds what g++ 12 compiles wrongly around co_await: check_coroutines.py [--self-test] [FILE...]

In a full expression that contains co_await, g++ 12 destroys temporaries of aggregate type with
non-trivial members twice; the same holds for lambdas that are temporaries there. It compiles
without a word and crashes later. The cure is to name the value on the line before:

    const request r{key, offset};           // not: co_await store.read(request{key, offset})
    const auto object = co_await store.read(r);

What stands behind &&, || or ? and is not reached may be destroyed all the same.

Reported are, inside an expression with co_await: a braced list, empty or not, after a type's
name or alone as an argument, a lambda, and a co_await that need not be reached. Allowed are types that are known to be harmless
(HARMLESS), and parentheses: aggregates need braces, classes with constructors do not.

Without files it reads all C++ sources of the project. Exit code 1 when anything was found.
"""

import pathlib
import re
import sys

FOLDERS = ("config", "storage", "auth", "server", "tests")

# Types whose members are trivial, or that have constructors of their own.
HARMLESS = {"std::chrono::seconds", "std::chrono::milliseconds", "std::string_view", "std::span",
            "error_code"}

BRACES = re.compile(r"(?P<type>[A-Za-z_][\w:]*(?:<[^<>]*>)?)?\s*\{")
LAMBDA = re.compile(r"(?:^|[(,=&|?:]|\breturn|\bco_await)\s*\[[^\[\]]*\]\s*[({m]")
SHORTCUT = re.compile(r"(?:&&|\|\||\?)\s*!?\(*\s*co_await\b")
KEYWORDS = {"else", "do", "try", "return", "co_return", "const", "noexcept", "mutable", "override"}


def blank_out(source):
    """The source with comments and literals replaced by spaces, so that offsets stay."""
    pattern = re.compile(
        r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|'
        r"(?<![0-9A-Fa-f])'(?:\\.|[^'\\\n])+'", re.S)

    def spaces(match):
        text = match.group()
        keep = '"' if text.endswith('"') else ""
        inner = re.sub(r"[^\n]", " ", text)
        return keep + inner[len(keep):len(inner) - len(keep)] + keep if keep else inner

    return pattern.sub(spaces, source)


def start_of_expression(text, at):
    """Where the full expression that contains text[at] begins: behind ';', a block's brace, or
    the parenthesis of a condition. Calls around it belong to the expression."""
    depth = 0
    while at > 0:
        at -= 1
        c = text[at]
        if c in ")]" or (c == "}" and (depth > 0 or re.match(r"\s*[,).&|?:]", text[at + 1:]))):
            depth += 1
        elif c in "([{" and depth > 0:
            depth -= 1
        elif c in ";{}":
            return at + 1
        elif c == "(" and re.search(r"\b(?:if|while|for|switch)\s*(?:constexpr\s*)?$", text[:at]):
            return at + 1
    return 0


def end_of_expression(text, begin):
    """Where the expression that begins there ends: at ';', or at the bracket that closes
    around it."""
    depth = 0
    for at in range(begin, len(text)):
        c = text[at]
        if c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        if depth < 0 or (c == ";" and depth == 0):
            return at
    return len(text)


def findings(source):
    text = blank_out(source)
    found = {}
    for await_ in re.finditer(r"\bco_await\b", text):
        begin = start_of_expression(text, await_.start())
        end = end_of_expression(text, begin)
        expression = text[begin:end]
        for problem, offset in problems(expression):
            line = text.count("\n", 0, begin + offset) + 1
            found.setdefault(line, problem)
    return sorted(found.items())


def problems(expression):
    for match in SHORTCUT.finditer(expression):
        yield "co_await behind &&, || or ?; take an if of its own", match.start()
    lambdas = [m.end() - 1 for m in LAMBDA.finditer(expression)]
    for at in lambdas:
        yield "a lambda inside an expression with co_await; name it on the line before", at
    for match in BRACES.finditer(expression):
        brace = match.end() - 1
        type_name = match.group("type")
        if type_name in KEYWORDS or type_name in HARMLESS:
            continue
        # The body of a lambda was reported with the lambda.
        if any(at <= brace for at in lambdas):
            continue
        before = expression[:match.start()].rstrip()
        if not type_name and before.endswith(")"):
            continue  # the block behind a condition
        what = f"{type_name}{{...}}" if type_name else "{...}"
        yield f"{what} inside an expression with co_await; name it on the line before", brace


GOOD = """
co_await timer.async_wait(as_tuple);
const auto r = co_await store.read(named);
if (const auto r = co_await f(a); !r) { return_value{1}; }
while (co_await more()) { const request next{key}; use(next); }
co_await f(request(key, 1));
co_await f(std::chrono::seconds{5});
auto work = [&a] { return a; }; co_await offload(pool, work);
const request r{key, 1}; co_await f(r);
co_await f("a string with {braces} and [](lambda)"); // co_await f(request{1})
co_await f(array[i], '{');
result<int> x{1}; co_return co_await g(x);
auto run = [&]() -> awaitable<void> { co_await f(x); }; co_await spawn(run);
for (const auto& i : items) { co_await f(i); }
switch (co_await kind()) { case a: use(pair{1, 2}); }
auto body = [&]() -> awaitable<int> { if (x) { co_return 1; } co_return co_await f(y); };
"""

BAD = """
co_await f({});
if (a || co_await f(b)) stop();
if (a && !co_await f(b)) stop();
const bool r = a ? co_await f(b) : c;
co_await f(request{});
co_await f(request{key, 1});
co_await f({key, 1});
co_await f({.key = key});
const auto r = co_await f(a, storage::request{key});
co_await f([k] { return k; });
co_await co_spawn(executor, [k]() -> awaitable<void> { co_return; }, token);
co_await f([&] { return a; });
use(request{key, 1}, co_await f(a));
use(co_await f(a), request{key, 1});
use(co_await f(a)).then(request{key, 1});
if (const auto r = co_await f(request{key}); !r) { x(); }
co_return co_await f(std::vector<std::string>{key});
co_return (co_await f(request{key})).value();
auto run = [&]() -> awaitable<void> { co_await f(request{x}); };
co_await (f(request{a}) || g(b));
return make([&]() -> awaitable<int> { co_return co_await f({a, b}); });
co_await [k]() -> awaitable<void> { co_return; }();
co_await f(list{{a, b}});
"""


def self_test():
    failed = 0
    for wanted, lines in ((False, GOOD), (True, BAD)):
        for line in lines.strip().splitlines():
            if bool(findings("void f() {\n" + line + "\n}\n")) != wanted:
                print(f"self-test: {'missed' if wanted else 'wrongly reported'}: {line}")
                failed += 1
    spread = "void f() {\n    co_await g(\n        request{\n            key});\n}\n"
    if [line for line, _ in findings(spread)] != [3]:
        print("self-test: wrong line for an expression on several lines")
        failed += 1
    passed = len((GOOD + BAD).split("\n")) - 3 + 1 - failed
    print(f"self-test: {passed} passed, {failed} failed")
    return failed


def sources():
    root = pathlib.Path(__file__).resolve().parents[2]
    return sorted(p for folder in FOLDERS for p in (root / folder).rglob("*.[hc]pp"))


def main(arguments):
    if arguments == ["--self-test"]:
        return 1 if self_test() else 0
    count = 0
    for path in [pathlib.Path(a) for a in arguments] or sources():
        for line, problem in findings(path.read_text(encoding="utf-8")):
            print(f"{path}:{line}: {problem}")
            count += 1
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
