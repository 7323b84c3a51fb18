"""The vocabulary: values that every part speaks about; no input or output, imports nothing of ours."""
