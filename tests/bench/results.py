"""What a benchmark has found so far."""

import sys
import time

import report
from errors import Failed, Unavailable


class Results:
    """The figures of the cells, and notes about those that stay empty. Both are told at once, too,
    to whoever waits for the table."""

    def __init__(self, rows):
        self.rows = rows
        self.figures = {row.key: {} for row in rows}
        self.notes = {}  # text -> None: an ordered set

    def note(self, text):
        if text not in self.notes:
            print(f"note: {text}", file=sys.stderr)
        self.notes[text] = None

    def available(self, kinds, *arguments):
        """A server or a client of each kind, but for those that cannot be had here."""
        made = []
        for kind in kinds:
            try:
                made.append(kind(*arguments))
            except Unavailable as problem:
                self.note(f"{kind.name}: {problem}")
        return made

    def take(self, row, name, measure, label):
        """`measure` returns {metric: number}, or None if the cell stays empty. `label` tells this
        run of it from others."""
        begin = time.monotonic()
        try:
            values = measure()
        except (Failed, Unavailable) as problem:
            self.note(f"{row.label}, {name}: {problem}")
            return
        if values is None:
            return
        self.figures[row.key].setdefault(name, []).append(values)
        shown = " ".join(f"{key}={value:.3f}" for key, value in values.items())
        print(f"{label} {row.key:15} {name:14} {shown} [{time.monotonic() - begin:.1f} s]",
              file=sys.stderr)

    def table(self, names, peers, our_name):
        lines = [report.table(self.rows, self.figures, names, peers, our_name)]
        return "\n".join(lines + [f"- {note}" for note in self.notes])
