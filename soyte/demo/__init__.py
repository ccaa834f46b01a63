"""The living demo province: calls services of every floor and is imported by nobody but the command line."""
