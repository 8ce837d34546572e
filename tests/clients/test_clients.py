"""Every client, over every route, through every scenario."""

import itertools

from drivers.basic_ftp import BasicFtp
from drivers.bsd_ftp import InetutilsFtp, Tnftp
from drivers.curl import Curl, CurlOldCommands, CurlWithoutCwd
from drivers.driver import Route
from drivers.lftp import Lftp, LftpPipelined
from drivers.ncftp import Ncftp
from drivers.ncftp_tools import NcftpTools
from drivers.php_ftp import PhpFtp
from drivers.pycurl_gnutls import PycurlGnutls
from drivers.python_ftplib import PythonFtplib
from drivers.rclone import Rclone, RcloneByList
from harness.case import ServerCase, scratch, shared_daemon
from scenarios import NameScenarios, Scenarios, Stage

PLAIN_ONLY = (InetutilsFtp, Ncftp, NcftpTools, Tnftp)
# libcurl 7.88 loses up to a second in each transfer over TLS: while the data connection is set up
# it does not look at the control connection. So these do less of it.
SLOW_WITH_TLS = (Curl, PycurlGnutls)
WITH_TLS = (BasicFtp, Curl, Lftp, PhpFtp, PycurlGnutls, PythonFtplib, Rclone)
# Other habits of the same programs: each over the first route of its kind only.
PLAIN_VARIANTS = (CurlOldCommands, CurlWithoutCwd, LftpPipelined, RcloneByList)
TLS_VARIANTS = (LftpPipelined,)

PLAIN_ROUTES = tuple(itertools.starmap(
    Route, itertools.product(("IPv4", "IPv6"), ("passive", "active"), ("plain",))))
# Passive: each pair of family, way to TLS and version. Active: each of them once. All combinations
# in short are test_tls_routes.
TLS_ROUTES = tuple(Route(*words.split()) for words in (
    "IPv4 passive explicit tls13 require private",
    "IPv6 passive explicit tls12 require private",
    "IPv6 passive implicit tls13 prefer private",
    "IPv4 passive implicit tls12 off private",
    "IPv4 active explicit tls12 prefer private",
    "IPv6 active implicit tls13 require private",
    "IPv4 passive explicit tls13 prefer clear"))


def setUpModule():
    ServerCase.daemon = shared_daemon()
    Stage.scratch = scratch()


def _make_cases():
    every = itertools.chain(
        itertools.product(PLAIN_ONLY + WITH_TLS, PLAIN_ROUTES),
        itertools.product((c for c in WITH_TLS if c not in SLOW_WITH_TLS), TLS_ROUTES),
        itertools.product(SLOW_WITH_TLS, TLS_ROUTES[1:3]),
        itertools.product(PLAIN_VARIANTS, PLAIN_ROUTES[:1]),
        itertools.product(TLS_VARIANTS, TLS_ROUTES[:1]))
    for client, route in every:
        name = "_".join((client.name.replace("-", "_"), *filter(None, route)))
        scenarios = NameScenarios if route.security == "plain" else Scenarios
        globals()[name] = type(name, (scenarios, ServerCase), {
            "driver_class": client, "route": route, "__module__": __name__})


_make_cases()
