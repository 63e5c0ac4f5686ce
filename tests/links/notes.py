"""A note to send, and the way out that leads to this machine."""

import ipaddress
from datetime import UTC, datetime

from anlan.engine.policy import Text
from anlan.links.notify import Note
from anlan.links.notify_http import Outbound

LOOPBACK = Outbound((ipaddress.ip_network("127.0.0.0/8"),))
NOTE = Note(
    id="0198e1f2aabb7ccc8ddd001122334455",
    title=Text("橙色预警", "Orange warning"),
    body=Text("请加强巡查。", "Patrol more often."),
    address="post@example.org",
    at=datetime(2026, 11, 23, 3, 0, tzinfo=UTC),
    link="https://anlan.example/w/abc/",
    receiver_kind="place",
    receiver="P-0001",
    about_kind="warning",
    about_id="w-1",
)
