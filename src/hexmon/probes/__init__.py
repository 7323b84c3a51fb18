"""One module per probe type: address and options in, facts out; PROBES is the only list."""
