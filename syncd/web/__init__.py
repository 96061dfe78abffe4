"""What syncd answers to over HTTP."""
