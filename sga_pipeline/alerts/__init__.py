"""Tells people of new findings: by webhook, by e-mail, and always in the log."""
