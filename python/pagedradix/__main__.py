"""``python -m pagedradix`` is the command ``pagedradix``."""

import sys

from pagedradix.cli import main

sys.exit(main())
