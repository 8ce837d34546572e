"""What the tests of the gateway in front of a store share: the stores, read and written without it,
the gateway, and a proxy between the two that counts requests and may spoil them."""
