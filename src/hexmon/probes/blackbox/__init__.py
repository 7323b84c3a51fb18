"""Modules as Prometheus' blackbox_exporter has them: its file, its checks, the names of its metrics."""
