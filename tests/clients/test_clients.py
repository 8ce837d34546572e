"""Every client, over every route, through every scenario."""

import itertools

from drivers.basic_ftp import BasicFtp
from drivers.bsd_ftp import InetutilsFtp, Tnftp
from drivers.curl import Curl, CurlOldCommands, CurlWithoutCwd
from drivers.driver import Route
from drivers.lftp import Lftp, LftpPipelined
from drivers.ncftp import Ncftp
from drivers.ncftp_tools import NcftpTools
from drivers.python_ftplib import PythonFtplib
from drivers.rclone import Rclone, RcloneByList
from harness.case import ServerCase, scratch, shared_daemon
from scenarios import Scenarios

CLIENTS = (
    BasicFtp, Curl, InetutilsFtp, Lftp, Ncftp, NcftpTools, PythonFtplib, Rclone, Tnftp)
# Other habits of the same programs: each over the first route only.
VARIANTS = (CurlOldCommands, CurlWithoutCwd, LftpPipelined, RcloneByList)

# "explicit" and "implicit" join when the server speaks TLS; drivers then read route.security.
SECURITIES = ("plain",)
ROUTES = tuple(itertools.starmap(
    Route, itertools.product(("IPv4", "IPv6"), ("passive", "active"), SECURITIES)))


def setUpModule():
    ServerCase.daemon = shared_daemon()
    Scenarios.scratch = scratch()


def _make_cases():
    every = itertools.chain(
        itertools.product(CLIENTS, ROUTES), ((variant, ROUTES[0]) for variant in VARIANTS))
    for client, route in every:
        name = "_".join((client.name.replace("-", "_"), *route))
        globals()[name] = type(name, (Scenarios, ServerCase), {
            "driver_class": client, "route": route, "__module__": __name__})


_make_cases()
