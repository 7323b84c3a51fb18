"""SQL behind every store protocol: tables, migrations, the one writer thread."""
