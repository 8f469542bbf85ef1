"""The line as a program and as an ASGI application: `python server.py`, or `uvicorn server:app`.

Settings come from LINIYA_* variables.
"""

import sys

from voice.app import create_app
from voice.serve import serve
from voice.settings import Settings

app = create_app(Settings.from_env())

if __name__ == "__main__":
    sys.exit(serve(Settings.from_env()))
