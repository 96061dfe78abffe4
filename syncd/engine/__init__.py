"""The steps: each does one bounded piece of work in one transaction and may be repeated or killed at any point."""
