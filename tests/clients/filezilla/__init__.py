"""FileZilla itself, on a screen that nobody looks at."""
