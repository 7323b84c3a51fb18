"""hexmon: a self-hosted availability and network monitor with six colours."""

__version__ = "0.1.0"
