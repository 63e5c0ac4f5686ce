"""The register: districts, departments, operators, places and what belongs to a place."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id
from anlan.models.journal import Attachment


class District(models.Model):
    """An administrative division by its GB/T 2260 code."""

    code = models.CharField(max_length=12, primary_key=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    boundary = models.JSONField(null=True, blank=True)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class CitySettings(models.Model):
    """What this installation is about: one row at most.

    `demo_accounts` is filled by the demo city alone: who can sign in, with which password, and as what.
    """

    id = models.PositiveSmallIntegerField(primary_key=True, default=1, editable=False)
    name_zh = models.CharField(max_length=80, blank=True)
    name_en = models.CharField(max_length=120, blank=True)
    demo_accounts = models.JSONField(default=list, blank=True)
    worker_seen_at = models.DateTimeField(null=True, blank=True)


class Department(models.Model):
    """A public body with duties of its own; `role` is a term of the schemes' vocabulary."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)
    role = models.CharField(max_length=64)
    trade = models.BooleanField(default=False)
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, related_name="departments"
    )
    registered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class Operator(models.Model):
    """An organisation that runs places."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=120)
    name_en = models.CharField(max_length=160, blank=True)

    def __str__(self) -> str:
        return self.name_zh


class Place(models.Model):
    """A place with its present facts; their history is in PlaceFact, of which these columns are the latest.

    Coordinates are WGS-84 degrees. `facts` holds what schemes declare beyond the columns.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=64, unique=True)
    name_zh = models.CharField(max_length=160, db_index=True)
    name_en = models.CharField(max_length=200, blank=True)
    name_sort = models.CharField(max_length=200, blank=True, db_index=True)
    kind = models.CharField(max_length=64, db_index=True)
    district = models.ForeignKey(
        District, null=True, blank=True, on_delete=models.PROTECT, related_name="places"
    )
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="places"
    )
    operator = models.ForeignKey(
        Operator, null=True, blank=True, on_delete=models.PROTECT, related_name="places"
    )
    address = models.CharField(max_length=200, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    area_m2 = models.FloatField(null=True, blank=True)
    daily_visitors = models.FloatField(null=True, blank=True)
    peak_present = models.FloatField(null=True, blank=True)
    critical_facility = models.BooleanField(default=False)
    public_service = models.BooleanField(default=False)
    facts = models.JSONField(default=dict, blank=True)
    hours = models.CharField(max_length=120, blank=True)
    receiver_post = models.CharField(max_length=80, blank=True)
    receiver_name = models.CharField(max_length=64, blank=True)
    receiver_phone = models.CharField(max_length=32, blank=True)
    receiver_email = models.EmailField(blank=True)
    deputy_post = models.CharField(max_length=80, blank=True)
    deputy_name = models.CharField(max_length=64, blank=True)
    deputy_phone = models.CharField(max_length=32, blank=True)
    deputy_email = models.EmailField(blank=True)
    source = models.CharField(max_length=32, blank=True)
    source_id = models.CharField(max_length=120, blank=True)
    registered_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    revision = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(db_index=True)

    class Meta:
        indexes = [
            models.Index(fields=["district", "kind"]),
            models.Index(fields=["source", "source_id"]),
            models.Index(fields=["name_sort", "id"]),
            models.Index(fields=["latitude", "longitude"]),
        ]

    def __str__(self) -> str:
        return self.name_zh


class PlaceFact(models.Model):
    """One fact of a place from `valid_from` until the next record of the same fact, and how it is known.

    Of two with the same `valid_from`, the later recorded holds. `value` null means: not known any more.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="history")
    fact = models.CharField(max_length=64)
    value = models.JSONField(null=True)
    method = models.CharField(max_length=120, blank=True)
    measured_on = models.DateField(null=True, blank=True)
    valid_from = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "fact", "valid_from"]), models.Index(fields=["valid_from"])]


class Occurrence(models.Model):
    """Something that happened to a place and starts a clock, such as a rebuilt entrance or a revised document."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="occurrences")
    kind = models.CharField(max_length=64)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    note = models.TextField(blank=True)


class Zone(models.Model):
    """A part of a place."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="zones")
    code = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="zone_code_once_a_place")]


class Post(models.Model):
    """A post that is manned, fixed or mobile."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="posts")
    code = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    mobile = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="post_code_once_a_place")]


class Checkpoint(models.Model):
    """A point that is visited on a round."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="checkpoints")
    zone = models.ForeignKey(
        Zone, null=True, blank=True, on_delete=models.PROTECT, related_name="checkpoints"
    )
    code = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    order = models.PositiveSmallIntegerField(default=0)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="checkpoint_code_once_a_place")]


class Shift(models.Model):
    """A span of the day in which a place is manned; one that ends at or before it starts runs into the next day.

    `days` are the ISO weekdays on which it starts, such as "12345".
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="shifts")
    code = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    starts = models.TimeField()
    ends = models.TimeField()
    days = models.CharField(max_length=7, default="1234567")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="shift_code_once_a_place")]

    def __str__(self) -> str:
        return self.name_zh


class PlaceImport(models.Model):
    """One sheet or extract that was loaded, from preview to done, with what became of its rows."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.CharField(max_length=16)
    file = models.ForeignKey(Attachment, null=True, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict)
    datum = models.CharField(max_length=8, blank=True)
    state = models.CharField(max_length=16, default="uploaded")
    progress = models.PositiveSmallIntegerField(default=0)
    result = models.JSONField(default=dict)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
