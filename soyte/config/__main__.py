"""`python -m soyte.config` is the command `soyte`."""

import sys

from soyte.config.cli import main

sys.exit(main())
