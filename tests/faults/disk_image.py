"""A small file system of its own, in a file, for the server to fill or to lose power on.

It is mounted in a mount namespace that ends with the server, so nothing has to be unmounted.
Needs root and loop devices; where they are missing the tests are skipped with the reason.
"""

import functools
import os
import subprocess

ENTER = 'mount -o loop "$1" "$2" || exit 99; shift 2; mkdir -p "$1"; shift; exec "$@"'


def make(path, megabytes):
    with open(path, "wb") as image:
        image.truncate(megabytes << 20)
    subprocess.run(["mkfs.ext4", "-q", "-F", "-m", "0", str(path)], check=True, timeout=60)
    return path


def wrapper(image, mount_point):
    """What to put before the server's command so that it sees `image` at `mount_point`."""
    return ["unshare", "-m", "--propagation", "private", "sh", "-c", ENTER, "sh",
            str(image), str(mount_point), os.path.join(mount_point, "files")]


@functools.cache
def why_not(folder):
    """The reason why this machine cannot do it, or None."""
    if os.geteuid() != 0:
        return "mounting a disk image needs root"
    probe = os.path.join(folder, "probe.img")
    place = os.path.join(folder, "probe")
    os.makedirs(place, exist_ok=True)
    try:
        make(probe, 4)
        tried = subprocess.run(wrapper(probe, place) + ["true"], capture_output=True, text=True,
                               timeout=60)
    except (OSError, subprocess.SubprocessError) as error:
        return f"no disk image can be made: {error}"
    finally:
        if os.path.exists(probe):
            os.unlink(probe)
    return None if tried.returncode == 0 else f"no disk image can be mounted: {tried.stderr}"
