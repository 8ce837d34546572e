"""The options that both benchmarks have."""

import argparse
import os

SOURCE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(SOURCE, "build")


def parser(description, chooses, names, rows, figures):
    """`chooses` is the option that takes some of `names`; `rows` are the keys of all rows, and
    `figures` is the name of a file."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"{chooses}: {', '.join(names)}\nrows: {', '.join(rows)}\n"
               "A name chooses all that begin with it: --only small,retr")
    made.add_argument("--only", default="", type=choice_of(rows),
                      help="rows, separated by commas")
    made.add_argument(f"--{chooses}", default="", type=choice_of(names),
                      help=f"{chooses}, separated by commas")
    made.add_argument("--runs", type=int, help="measurements per cell (3; quick: 1)")
    made.add_argument("--quick", action="store_true", help="small sizes: does it work at all?")
    made.add_argument("--dir", default="/dev/shm", type=os.path.abspath,
                      help="where the files lie (%(default)s)")
    made.add_argument("--port", type=int, default=20021, help="of the servers (%(default)s)")
    made.add_argument("--json", default=os.path.join(BUILD, "bench", figures),
                      type=os.path.abspath,
                      help="where every single figure is written (%(default)s)")
    add_program(made, "--objftpd", "release", "objftpd")
    add_program(made, "--peers", "bench", "peers")
    add_program(made, "--load", "bench", "load", "objftpd_load")
    return made


def add_program(to, option, *built):
    """`built` is its path in BUILD."""
    to.add_argument(option, default=os.path.join(BUILD, *built), type=os.path.abspath,
                    help="(%(default)s)")


def parse(by):
    options = by.parse_args()
    options.runs = options.runs or (1 if options.quick else 3)
    return options


def choice_of(known):
    """Words separated by commas -> those of `known` that they choose, in its order."""
    def choose(given):
        wanted = [word.strip() for word in given.split(",") if word.strip()]
        for word in wanted:
            if not any(name.startswith(word) for name in known):
                raise argparse.ArgumentTypeError(f"unknown: {word}; known: {', '.join(known)}")
        # An exact name means itself only, not those that begin with it.
        return [name for name in known if not wanted or name in wanted or
                any(name.startswith(word) and word not in known for word in wanted)]
    return choose
