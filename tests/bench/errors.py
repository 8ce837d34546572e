"""What may keep a cell of the table empty; the text says why."""


class Unavailable(Exception):
    """A server, a client or a store cannot be had here."""


class Failed(Exception):
    """It was measured and met errors."""
