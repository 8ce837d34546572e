"""What a server and the processes it forked cost: CPU seconds and memory, read from /proc."""

import os
import signal
import time

TICKS = os.sysconf("SC_CLK_TCK")


class Stat:
    """The few fields of /proc/PID/stat that are needed here."""

    def __init__(self, pid):
        with open(f"/proc/{pid}/stat") as file:
            text = file.read()
        # The name in parentheses may hold spaces and parentheses itself.
        fields = text[text.rindex(")") + 2:].split()
        self.pid = pid
        self.state = fields[0]
        self.parent = int(fields[1])
        # Own and those of children that have ended and were waited for.
        self.cpu_seconds = sum(int(field) for field in fields[11:15]) / TICKS
        self.started = int(fields[19])


def tree(root):
    """Stat of `root` and of all its living descendants."""
    by_parent = {}
    found = None
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            stat = Stat(int(name))
        except (FileNotFoundError, ProcessLookupError):
            continue  # it ended meanwhile
        if stat.pid == root:
            found = stat
        by_parent.setdefault(stat.parent, []).append(stat)
    members = [found] if found else []
    for member in members:  # grows while it is walked
        members.extend(by_parent.get(member.pid, []))
    return members


def cpu_seconds(root):
    """CPU time of the tree, ended children included. Its grain is 10 ms."""
    return sum(stat.cpu_seconds for stat in tree(root))


def _field_kib(path, name):
    try:
        with open(path) as file:
            for line in file:
                if line.startswith(name):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass  # the process ended meanwhile, or is a zombie
    return 0


def pss_kib(root):
    """Proportional memory of the tree: pages shared by its processes count once."""
    return sum(_field_kib(f"/proc/{stat.pid}/smaps_rollup", "Pss:") for stat in tree(root))


def rss_kib(root):
    """Resident memory of the tree. For a tree of processes it counts shared pages repeatedly."""
    return sum(_field_kib(f"/proc/{stat.pid}/status", "VmRSS:") for stat in tree(root))


def peak_rss_kib(root):
    return sum(_field_kib(f"/proc/{stat.pid}/status", "VmHWM:") for stat in tree(root))


def reset_peak_rss(root):
    for stat in tree(root):
        with open(f"/proc/{stat.pid}/clear_refs", "w") as file:
            file.write("5")


def _still_the_same(stat):
    try:
        now = Stat(stat.pid)
        return now.started == stat.started and now.state != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def stop(process, patience=5):
    """Ends the Popen `process` and everything it forked, gently first."""
    members = tree(process.pid)
    process.terminate()
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        process.poll()
        if not any(_still_the_same(stat) for stat in members):
            break
        if process.poll() is not None:
            # The listener is gone; sessions of a forking server may wait for their clients.
            for stat in members:
                _signal(stat, signal.SIGTERM)
        time.sleep(0.02)
    for stat in members:
        _signal(stat, signal.SIGKILL)
    process.wait()


def _signal(stat, number):
    if _still_the_same(stat):
        try:
            os.kill(stat.pid, number)
        except ProcessLookupError:
            pass
