#!/usr/bin/env python
"""Django's command line for the portal."""

import os
import sys
from getpass import getuser

from django.core.management import execute_from_command_line

from portal.lib.origin import acting

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    with acting(f"command {' '.join(sys.argv[1:2])} ({getuser()})"):
        execute_from_command_line(sys.argv)
