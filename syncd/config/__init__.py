"""The three files: how syncd runs, what a field means, what the teams signed. Every problem at once, with file and line."""

from syncd.config.load import Config, ConfigInvalid, ConnectionConfig, load

__all__ = ["Config", "ConfigInvalid", "ConnectionConfig", "load"]
