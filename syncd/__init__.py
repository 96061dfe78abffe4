"""syncd keeps a company's sales and marketing systems in agreement about every lead."""

__version__ = "0.1.0"
