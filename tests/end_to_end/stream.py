"""Content that is too large for memory and never lies on a disk: made as it is sent."""

import hashlib
import random

BLOCK = 1 << 20


def blocks(size, seed):
    """Bytes, no two blocks of which are the same."""
    pool = random.Random(seed).randbytes(2 * BLOCK)
    for number in range(0, size, BLOCK):
        shift = number // BLOCK * 4099 % BLOCK
        block = number.to_bytes(8, "big") + pool[shift:shift + BLOCK - 8]
        yield block[:size - number]


class Digest:
    """Of what passes by."""

    def __init__(self):
        self._hash = hashlib.blake2b()
        self.size = 0

    def of(self, some_blocks):
        """Hands them on."""
        for block in some_blocks:
            self._hash.update(block)
            self.size += len(block)
            yield block

    def read(self, some_blocks):
        for _ in self.of(some_blocks):
            pass
        return self

    @property
    def value(self):
        return self.size, self._hash.hexdigest()
