"""What people write about hosts, in three dialects, becomes one inventory."""
