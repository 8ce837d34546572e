"""The table, ready for a README, and the circumstances it was measured in."""

import json
import os
import statistics
import subprocess
import sys
import time

from command_line import SOURCE


def medians(runs):
    """[{metric: number}] of several runs -> {metric: median}."""
    return {key: statistics.median(run[key] for run in runs) for key in runs[0]} if runs else {}


def cell(row, values):
    if not values:
        return "-"
    return " / ".join(f"{values[metric.key]:,.{metric.digits}f}" for metric in row.metrics)


def best_peer(row, columns, peers):
    metric = row.metrics[row.best_by]
    known = [name for name in peers if columns.get(name) and name not in row.not_compared]
    if not known:
        return None
    pick = max if metric.more_is_better else min
    return pick(known, key=lambda name: columns[name][metric.key])


def ratios(row, ours, best):
    """Ours by the best peer's, for each metric that both have."""
    return {metric.key: ours[metric.key] / best[metric.key]
            for metric in row.metrics if best.get(metric.key)}


def ratio_cell(row, columns, peers, our_name):
    ours, name = columns.get(our_name), best_peer(row, columns, peers)
    if not ours or not name:
        return "-"
    parts = ratios(row, ours, columns[name])
    text = " / ".join(f"{parts[m.key]:.2f}" if m.key in parts else "-" for m in row.metrics)
    return f"{text} ({name})"


def goal_cell(row, columns, peers, our_name):
    ours, name = columns.get(our_name), best_peer(row, columns, peers)
    parts = []
    for goal in row.goals:
        unit = next(m.unit for m in row.metrics if m.key == goal.metric)
        at_least = goal.at_least is not None
        limit = goal.at_least if at_least else goal.at_most
        sign = "≥" if at_least else "≤"
        text = f"{unit} {sign} {limit:g}" + ("" if goal.absolute else "x")
        value = None
        if ours and goal.absolute:
            value = ours[goal.metric]
        elif ours and name:
            value = ratios(row, ours, columns[name]).get(goal.metric)
        if value is not None:
            reached = value >= limit if at_least else value <= limit
            text += ": " + ("yes" if reached else "**no**")
        parts.append(text)
    return "; ".join(parts)


def table(rows, results, names, peers, our_name):
    """`results` is {row key: {server: [{metric: number}]}}."""
    lines = ["| | " + " | ".join(names) + f" | {our_name} : best peer | goal |",
             "|---|" + "---|" * (len(names) + 2)]
    for row in rows:
        columns = {name: medians(runs) for name, runs in results.get(row.key, {}).items()}
        units = " / ".join(metric.unit for metric in row.metrics)
        cells = [cell(row, columns.get(name)) for name in names]
        lines.append("| " + " | ".join([f"{row.label}: {units}", *cells,
                                        ratio_cell(row, columns, peers, our_name),
                                        goal_cell(row, columns, peers, our_name)]) + " |")
    return "\n".join(lines)


def _output(command):
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=10)
        return done.stdout.strip() if done.returncode == 0 else ""
    except OSError:
        return ""


def _line_of(path, name):
    with open(path) as file:
        for line in file:
            if line.startswith(name):
                return line.split(":" if ":" in line else "=", 1)[1].strip().strip('"')
    return ""


def machine():
    memory = int(_line_of("/proc/meminfo", "MemTotal").split()[0]) / (1 << 20)
    return (f"{os.cpu_count()} x {_line_of('/proc/cpuinfo', 'model name')}, {memory:.0f} GiB, "
            f"{_line_of('/etc/os-release', 'PRETTY_NAME')}, Linux {os.uname().release}")


def file_system(folder):
    return _output(["stat", "--file-system", "--format=%T", folder]) or "unknown file system"


def versions(peers_folder, objftpd):
    """The peers' packages and our own version and commit."""
    parts = []
    for package in sorted(os.listdir(peers_folder)) if os.path.isdir(peers_folder) else []:
        for name in os.listdir(os.path.join(peers_folder, package)):
            if name.startswith(package + "_") and name.endswith(".deb"):
                version = name.split("_")[1].replace("%3a", ":")
                shown = package.removeprefix("python3-").removesuffix("-mod-crypto")
                parts.append(f"{'pyOpenSSL' if shown == 'openssl' else shown} {version}")
    ours = _output([objftpd, "--version"]).split()
    commit = _output(["git", "-C", SOURCE, "rev-parse", "--short", "HEAD"])
    library = _output(["openssl", "version"]).split()
    if len(library) > 1:
        parts.append(f"OpenSSL {library[1]}")
    if ours:
        parts.append(f"objftpd {ours[-1]}" + (f" ({commit})" if commit else ""))
    return ", ".join(parts)


def command(part):
    """How this run, of one of run.sh's parts, is repeated."""
    arguments = " ".join([part, *sys.argv[1:]])
    if os.environ.get("MAKELEVEL"):
        return f'make bench ARGS="{arguments}"'
    return f"tests/bench/run.sh {arguments}"


def heading(options, part):
    """REQUIRES: the run has not begun; the load is that of others."""
    return "\n".join([
        f"{time.strftime('%d %b %Y, %H:%M')}, {machine()}; files on {file_system(options.dir)}; "
        f"load average before: {os.getloadavg()[0]:.1f}.",
        f"`{command(part)}`: {versions(options.peers, options.objftpd)}; "
        f"median of {options.runs}, servers interleaved, all on 127.0.0.1. "
        "MB = 10^6 bytes; CPU and memory are the server's, its children included "
        "(RSS of several processes: shared pages once).", ""])


def write(options, part, **found):
    """Every single figure, for machines."""
    with open(options.json, "w") as file:
        json.dump({"command": command(part), "machine": machine(), **found}, file, indent=1)
