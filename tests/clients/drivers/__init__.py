"""One module per FTP client."""
