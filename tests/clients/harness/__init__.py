"""What the tests against the real binary share: the daemon, a raw control connection, content."""
