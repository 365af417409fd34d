"""Sends people the new findings: by webhook, by e-mail, and always in the log."""
