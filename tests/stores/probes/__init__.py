"""What an S3 engine does, asked one request at a time. See ../probe.py."""
