"""Every protection there is, with every client that has TLS, in short."""

import itertools

from drivers.driver import Route
from harness.case import ServerCase
from scenarios import InShort
from test_clients import WITH_TLS, setUpModule  # noqa: F401


def _routes():
    """Over IPv4 and IPv6 by turns. How data connections resume means nothing to clear ones."""
    reuse_and_level = (
        ("off", "private"), ("prefer", "private"), ("require", "private"), ("prefer", "clear"))
    every = itertools.product(
        ("passive", "active"), ("explicit", "implicit"), ("tls12", "tls13"), reuse_and_level)
    for family, (data, security, version, rest) in zip(
            itertools.cycle(("IPv4", "IPv6", "IPv4")), every):
        yield Route(family, data, security, version, *rest)


def _make_cases():
    for client, route in itertools.product(WITH_TLS, _routes()):
        if client.why_not("*", route):
            continue
        name = "_".join((client.name.replace("-", "_"), *route))
        globals()[name] = type(name, (InShort, ServerCase), {
            "driver_class": client, "route": route, "__module__": __name__})


_make_cases()
