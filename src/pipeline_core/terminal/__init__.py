"""How the command line looks: progress, tables, checks."""
