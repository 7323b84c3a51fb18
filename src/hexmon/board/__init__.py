"""The squares: one writer, one life-cycle, everything else asks or follows."""
