"""The package alone, with a fake program."""
