"""The two users that every server gets: one with a cheap password hash, one with the default.

Rates are measured with the cheap one, so that they show the server and not its hash; logins
are measured with both. vsftpd knows only users of the system, so both are created there, with
one uid; they are removed at the end.
"""

import ctypes
import os
import pwd
import secrets
import subprocess

PASSWORD = "bench"
CHEAP = "ftpbench"
STRONG = "ftpbench-strong"
MARK = "objftpd bench"  # in the comment field: users that we made and may remove


def crypt_hash(prefix):
    """A hash of PASSWORD by crypt(3): "$1$" is md5crypt, "$y$" yescrypt with its defaults."""
    library = ctypes.CDLL("libcrypt.so.1")
    library.crypt_gensalt.restype = ctypes.c_char_p
    library.crypt.restype = ctypes.c_char_p
    random = secrets.token_bytes(16)
    setting = library.crypt_gensalt(prefix.encode(), ctypes.c_ulong(0), random, len(random))
    return library.crypt(PASSWORD.encode(), setting).decode()


def cheap_argon2id():
    """The cheapest argon2id that the format allows: 8 KiB, one pass."""
    library = ctypes.CDLL("libargon2.so.1")
    salt = secrets.token_bytes(16)
    encoded = ctypes.create_string_buffer(256)
    code = library.argon2id_hash_encoded(
        1, 8, 1, PASSWORD.encode(), ctypes.c_size_t(len(PASSWORD)), salt,
        ctypes.c_size_t(len(salt)), ctypes.c_size_t(32), encoded, ctypes.c_size_t(256))
    if code != 0:
        raise RuntimeError(f"argon2 failed: {code}")
    return encoded.value.decode()


class Accounts:
    """Creates the system's users on entry and removes them on exit. Needs root."""

    def __init__(self, home):
        self.home = home
        self.hashes = {CHEAP: crypt_hash("$1$"), STRONG: crypt_hash("$y$")}
        self.created = []
        self.uid = os.getuid()
        self.gid = os.getgid()
        self.problem = None

    def __enter__(self):
        if os.getuid() != 0:
            self.problem = "needs root"
            return self
        try:
            self._create(CHEAP, [])
            entry = pwd.getpwnam(CHEAP)
            self.uid, self.gid = entry.pw_uid, entry.pw_gid
            self._create(STRONG, ["--non-unique", "--uid", str(self.uid)])
        except (OSError, RuntimeError) as error:
            self.problem = f"users cannot be created: {error}"
        return self

    def _create(self, name, options):
        try:
            if pwd.getpwnam(name).pw_gecos != MARK:
                raise RuntimeError(f"the user {name} exists and is not ours")
            self._remove(name)  # left by a run that was killed
        except KeyError:
            pass
        # 65534 is "nogroup": no group has to be made and removed.
        command = ["useradd", "--no-create-home", "--home-dir", self.home, "--comment", MARK,
                   "--shell", "/bin/sh", "--gid", "65534", "--password", self.hashes[name],
                   *options, name]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip())
        self.created.append(name)

    @staticmethod
    def _remove(name):
        subprocess.run(["userdel", "--force", name], capture_output=True)

    def __exit__(self, *_):
        for name in reversed(self.created):
            self._remove(name)
