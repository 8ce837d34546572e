"""What the servers and the direct clients have in common."""

import os

import files


class Program:
    """A program that is measured, with a folder of its own for what it needs."""

    name = ""

    def __init__(self, scratch):
        self.folder = os.path.join(scratch, self.name.replace(" ", "-"))
        os.makedirs(self.folder, exist_ok=True)
        self.prepare()

    def prepare(self):
        """Writes the configuration. Raises Unavailable if the program is missing."""

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, text):
        return files.write_private(self.path(name), text)
