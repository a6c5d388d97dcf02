"""Another program for bookings beside ours: justbookmycal, served with the settings of `server/serve.py`.

It is run by the Python that has it, see docs/performance.md, so nothing of ours is imported. It prints the same line as
ours when it is ready. What the comparison leaves out is turned off: mail, the CSRF token, its limits of bookings.
"""

import os
import signal
import sys
from pathlib import Path

from flask_migrate import upgrade
from justbookmycal import invite
from justbookmycal.app import create_app
from waitress import create_server

FEED = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//benchmark//EN\r\nEND:VCALENDAR\r\n"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def main() -> None:
    """Create the database beside `FILE`, and serve until SIGTERM."""
    file, port = Path(os.environ["FILE"]), int(os.environ["PORT"])
    feed = file.with_suffix(".ics")
    feed.write_text(FEED)
    invite.send_invites = lambda *_args, **_kwargs: True
    app = create_app(
        {
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{file}",
            "OWNER_NAME": "Olivia Ownerson",
            "OWNER_EMAIL": "olivia@example.com",
            "SYSTEM_EMAIL": "book@example.com",
            "ICS_FEEDS": [feed.as_uri()],
            "FEED_CACHE_SECONDS": 100_000,
            "DURATIONS": [30],
            "SLOT_STEP_MINUTES": 30,
            "MIN_NOTICE_HOURS": 0,
            "WORKING_HOURS": {day: ["09:00-17:00"] for day in DAYS},
            "MAX_UPCOMING_PER_EMAIL": 1_000_000,
            "RATE_LIMIT_POST": "1000000 per minute",
            "TRUSTED_PROXIES": 0,
            "WTF_CSRF_ENABLED": False,
        }
    )
    with app.app_context():
        upgrade()
    server = create_server(app, host="127.0.0.1", port=port, threads=8, connection_limit=1000, ident=None)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    print(f"Bookonce is ready. Open http://127.0.0.1:{port}/", flush=True)
    server.run()


if __name__ == "__main__":
    main()
