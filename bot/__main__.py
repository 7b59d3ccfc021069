"""`python -m bot` is `symptom-bot`."""

import sys

from bot.cli import main

sys.exit(main())
