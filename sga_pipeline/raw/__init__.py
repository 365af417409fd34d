"""The raw store: untouched bytes by their hash, and when each arrived."""
