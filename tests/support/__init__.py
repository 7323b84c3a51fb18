"""What tests share: the clock, builders, little servers, the real programs of other projects."""
