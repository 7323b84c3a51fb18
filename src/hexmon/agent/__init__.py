"""What runs on a monitored machine: collect and send."""
