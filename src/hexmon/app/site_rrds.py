"""The figures of a pass, for the RRD files beside the state file."""
