"""The agreement's rules as pure functions of (agreement, facts, instant): no I/O, no clock, no randomness, no logging."""
