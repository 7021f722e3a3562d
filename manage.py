#!/usr/bin/env python
"""GalaxyCat's command line; `python manage.py help` lists the commands."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "galaxycat.settings")
    if sys.argv[1:2] == ["agreement"]:
        # It needs no table, and so not the models, whose import takes three times as long as its work.
        from labeling.management.commands.agreement import Command

        Command().run_from_argv(sys.argv)
    else:
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
