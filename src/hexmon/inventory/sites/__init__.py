"""YAML sites, the configuration of APMonitor: one file to a site, its monitors, their checks, and every mistake."""
