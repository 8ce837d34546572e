"""What a store and the way to it may do to the gateway, done by a proxy between the two."""
