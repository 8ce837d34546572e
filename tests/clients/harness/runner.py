"""Runs a folder's tests and ends with the one line that machines read."""

import signal
import sys
import unittest

TIME_LIMIT = 900  # seconds for the whole run; a server that hangs must not hang the caller


class CountingResult(unittest.TextTestResult):
    """Counts tests, not their sub-tests: one with a failed sub-test has failed, one with a
    skipped sub-test may still pass. One that was expected to fail and did not has passed, unless
    the run is strict."""

    strict = False

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.passed, self.failed = set(), set()

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed.add(test.id())

    def addError(self, test, error):
        super().addError(test, error)
        self.failed.add(test.id())

    def addUnexpectedSuccess(self, test):
        super().addUnexpectedSuccess(test)
        (self.failed if self.strict else self.passed).add(test.id())

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.failed.add(test.id())

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.failed.add(test.id())

    def summary(self):
        passed = self.passed - self.failed
        skipped = {test.id() for test, _ in self.skipped if hasattr(test, "_testMethodName")}
        skipped -= self.passed | self.failed
        return len(passed), len(self.failed), len(skipped)


class StrictResult(CountingResult):
    strict = True


def interrupt(number, _):
    """The one exception that unittest lets through; on its way out, exit handlers clean up."""
    raise KeyboardInterrupt(signal.Signals(number).name)


def main(folder, time_limit=TIME_LIMIT, counting=CountingResult):
    """Arguments: -v names each test, -k PATTERN (may repeat) narrows the run to matching ones."""
    verbosity, patterns, arguments = 1, [], sys.argv[1:]
    while arguments:
        word = arguments.pop(0)
        if word == "-v":
            verbosity = 2
        elif word == "-k" and arguments:
            patterns.append(f"*{arguments.pop(0)}*")
        else:
            sys.exit(f"unknown argument: {word} (known: -v, -k PATTERN)")

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(time_limit)

    loader = unittest.TestLoader()
    loader.testNamePatterns = patterns or None
    suite = loader.discover(folder, top_level_dir=folder)
    runner = unittest.TextTestRunner(
        stream=sys.stdout, verbosity=verbosity, resultclass=counting)
    result = runner.run(suite)
    passed, failed, skipped = result.summary()
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    sys.exit(1 if failed or not passed else 0)
