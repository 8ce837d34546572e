"""An X server without a monitor: windows to wait for, keys to press, pictures to take."""

import os
import shutil
import subprocess
import time

PROGRAMS = ("Xvfb", "xdotool", "import")


def missing():
    return [program for program in PROGRAMS if shutil.which(program) is None]


class Desktop:
    def __init__(self):
        ours, servers = os.pipe()
        self.server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(servers), "-screen", "0", "1280x900x24",
             "-nolisten", "tcp"],
            pass_fds=[servers], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(servers)
        with os.fdopen(ours) as numbers:
            self.name = f":{int(numbers.readline())}"

    def stop(self):
        self.server.terminate()
        self.server.wait(10)

    def window(self, title, patience=20):
        """The id of the first window with that in its title."""
        give_up = time.monotonic() + patience
        while time.monotonic() < give_up:
            found = self._run("xdotool", "search", "--onlyvisible", "--name", title).split()
            if found:
                return found[0]
            time.sleep(0.2)
        raise AssertionError(f"no window {title!r}")

    def press(self, window, *keys):
        # There is no window manager that would pass the focus on, and a new window needs a moment.
        time.sleep(0.5)
        self._run("xdotool", "windowfocus", "--sync", window)
        for key in keys:
            self._run("xdotool", "key", key)
            time.sleep(0.2)

    def picture(self, path):
        self._run("import", "-window", "root", str(path))

    def _run(self, *command):
        return subprocess.run(
            command, env={**os.environ, "DISPLAY": self.name}, capture_output=True, text=True,
            timeout=20, check=False).stdout
