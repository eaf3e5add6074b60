"""How a suite runs whose cases the calling script has imported, here and in tests/live."""
import contextlib
import os
import sys
import time
import unittest


class Result(unittest.TextTestResult):
    """Counts what passed, and tells how long each test took."""
    passed = 0

    def startTest(self, test):
        self.begun = time.monotonic()
        super().startTest(test)

    def addSuccess(self, test):
        self.passed += 1
        self.stream.write("%.1f s " % (time.monotonic() - self.begun))
        super().addSuccess(test)


def main(program, servers=contextlib.nullcontext):
    """The exit status: 0 where something passed and nothing failed. All cases of the script run, or
    those that its words name, while what @servers() makes is entered."""
    if not os.access(program, os.X_OK):
        print("there is no program at", program)
        return 1
    load = unittest.defaultTestLoader
    script = sys.modules["__main__"]
    suite = load.loadTestsFromNames(sys.argv[1:], script) if sys.argv[1:] else \
        load.loadTestsFromModule(script)
    with servers():
        result = unittest.TextTestRunner(stream=sys.stdout, verbosity=2,
                                         resultclass=Result).run(suite)
    failed = len({str(getattr(test, "test_case", test))
                  for test, _ in result.failures + result.errors})
    for test, why in result.skipped:
        print("skipped %s: %s" % (test, why))
    print("%d passed, %d failed, %d skipped" % (result.passed, failed, len(result.skipped)))
    return 1 if failed or not result.passed else 0
