"""How any file is read: lines with their origin, mapping to typed settings, all mistakes at once; knows no feature."""
