"""Ground of the tests that drive FileZilla: a desktop for those of a class, and what is left of
each to look at, in a folder of the run's."""

import os
import pathlib
import shutil
import unittest

from filezilla.desktop import Desktop, missing


class OnDesktop:
    """For a test case to inherit from, before all others."""

    @classmethod
    def setUpClass(cls):
        absent = missing() + (["filezilla"] if shutil.which("filezilla") is None else [])
        if absent:
            raise unittest.SkipTest("not installed: " + ", ".join(absent))
        super().setUpClass()
        cls.desktop = Desktop()
        cls.addClassCleanup(cls.desktop.stop)
        cls.evidence = pathlib.Path(os.environ["EVIDENCE"]) / "filezilla"
        cls.evidence.mkdir(parents=True, exist_ok=True)

    def watch(self, client, name):
        """Ends it with the test, and keeps its messages and a last picture under that name."""
        self.addCleanup(client.stop)
        self.addCleanup(self._keep, client, name)

    def _keep(self, client, name):
        if client.log.exists():
            shutil.copy(client.log, self.evidence / f"{name}.log")
        self.desktop.picture(self.evidence / f"{name}-last.png")
