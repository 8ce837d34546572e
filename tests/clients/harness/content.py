"""Files with content that is easy to damage, and names that are easy to lose."""

import hashlib
import os
import random

# What a name may look like, by the words the tests use for it. Each must survive unchanged.
ODD_NAMES = {
    "spaces inside": "two  spaces  inside.txt",
    "a leading space": " leading space.txt",
    "a trailing space": "trailing space ",
    "a leading dash": "-leading-dash.txt",
    "a leading dot": ".hidden",
    "a tilde": "~tilde.txt",
    "Chinese": "中文 文件名.txt",
    "an emoji": "🚀 launch 👩‍🚀.txt",
    "a combining accent": "cafe\u0301.txt",
    "percent signs": "100%25 %s %2F.txt",
    "double quotes": 'say "hello".txt',
    "single quotes": "it's 'fine'.txt",
    "backslashes": "back\\slash\\n.txt",
    "pattern characters": "all* [of] them?.txt",
    "URL characters": "#1;type=a&b=c.txt",
    "255 bytes": "n" * 251 + ".txt",
    "255 bytes of Chinese": "文" * 83 + "ab.txt",
}


def tricky_bytes(size, seed):
    """Random bytes with the sequences in between that ASCII mode or Telnet would change."""
    generator = random.Random(seed)
    traps = (b"\r\n", b"\n", b"\r", b"\xff\xf4\xff\xf2", b"\r\r\n", b"\0", b"\x1a", b".\r\n")
    content = bytearray(generator.randbytes(size))
    at = 0
    while at + 4 < size:
        trap = generator.choice(traps)
        content[at:at + len(trap)] = trap
        at += generator.randrange(16, 4096)
    return bytes(content[:size])


def write_file(path, size, seed):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(tricky_bytes(size, seed))
    return path


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(content):
    return hashlib.sha256(content).hexdigest()


def write_tree(root):
    """A folder to mirror: depth, an empty file, odd names, more than one screen of files."""
    for number in range(20):
        write_file(root / "many" / f"file-{number:03}.bin", number * 97, f"many {number}")
    write_file(root / "empty.txt", 0, "empty")
    write_file(root / "large.bin", 1_500_001, "large")
    write_file(root / "a" / "b" / "c" / "deep.bin", 4097, "deep")
    write_file(root / "照片 2024" / "假期 1.jpg", 2048, "photo")
    write_file(root / "with space" / "and 100%.txt", 100, "space")
    return root


def tree_of(root):
    """Relative path -> SHA-256 of each file, and None of each folder."""
    found = {}
    for folder, folders, files in os.walk(root):
        for name in folders:
            found[os.path.relpath(os.path.join(folder, name), root)] = None
        for name in files:
            path = os.path.join(folder, name)
            found[os.path.relpath(path, root)] = sha256(path)
    return found
