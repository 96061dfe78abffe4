"""From a source's fields to the one golden person and back: pure functions, without I/O, clock, randomness or logging."""
