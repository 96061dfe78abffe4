"""The steps repeated until told to stop: one loop per connection and step, and one that assesses."""
