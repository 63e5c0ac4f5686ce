"""The channels of this installation, as its file states them at the moment."""

from django.conf import settings

from anlan.links.notify import Post
from anlan.links.notify_settings import FILE, ChannelFile, read_channels
from anlan.models import CitySettings


def channel_file() -> ChannelFile:
    """The channels of this installation, as its file states them now."""
    return read_channels(settings.DATA / FILE)


def open_post() -> Post:
    """The channels for one sender. The demo city's receivers are invented, so there nothing is sent."""
    return channel_file().post(sink=sink_by_default())


def usable_channels() -> frozenset[str]:
    """The channels by which this installation can send now."""
    return frozenset(open_post().makers)


def sink_by_default() -> bool:
    """Whether this installation shows messages and does not send them unless its file says otherwise."""
    row = CitySettings.objects.filter(pk=1).only("demo_accounts").first()
    return settings.DEBUG or bool(row and row.demo_accounts)
