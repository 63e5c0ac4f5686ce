"""Patrols: what is walked, the plan that was drawn, and the visits that were made.

Evidence of a patrol belongs to the post and the checkpoint. Who walked is kept on the walk alone, for as long as the
installation says, and then erased there; nothing else names the guard.
"""

from django.db import models

from anlan.models.accounts import Device, User
from anlan.models.duties import Evidence
from anlan.models.ids import new_id
from anlan.models.journal import Attachment
from anlan.models.register import Checkpoint, Place, Post, Shift


class PatrolSettings(models.Model):
    """How a place walks its rounds; a place without a row walks by these defaults.

    `walks_by` says where times that nobody measured come from: the straight `line` with its detour, or the `road`.
    """

    place = models.OneToOneField(
        Place, primary_key=True, on_delete=models.CASCADE, related_name="patrol_settings"
    )
    attack_minutes = models.PositiveSmallIntegerField(default=10)
    metres_a_minute = models.FloatField(default=70)
    detour = models.FloatField(default=1.4)
    walks_by = models.CharField(max_length=8, default="line")
    dwell_seconds = models.PositiveSmallIntegerField(default=60)
    asks_position = models.BooleanField(default=False)
    asks_photo = models.BooleanField(default=False)
    changed_at = models.DateTimeField()


class CheckpointWorth(models.Model):
    """What an attack at a checkpoint would cost: people usually near it times a consequence from 1 to 5.

    The latest recorded one counts; `reason` says why it was set by hand.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="worths")
    present = models.FloatField()
    consequence = models.PositiveSmallIntegerField(default=3)
    reason = models.TextField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["checkpoint", "-recorded_at"])]


class WalkTime(models.Model):
    """A walking time between two checkpoints that was measured, in seconds; it holds in both directions."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    one = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="+")
    seconds = models.PositiveIntegerField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["one", "other"], name="walk_time_once_a_pair")]


class Beat(models.Model):
    """The checkpoints that one guard walks, as one post."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="beats")
    code = models.CharField(max_length=64)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=120, blank=True)
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    checkpoints = models.ManyToManyField(Checkpoint, related_name="beats")
    spare = models.BooleanField(default=False)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "code"], name="beat_code_once_a_place")]

    def __str__(self) -> str:
        return self.name_zh


class RosterLine(models.Model):
    """Who mans a beat or a fixed post in one shift; nobody named means: still to be filled."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="roster")
    on = models.DateField(db_index=True)
    beat = models.ForeignKey(Beat, null=True, blank=True, on_delete=models.PROTECT, related_name="roster")
    post = models.ForeignKey(Post, null=True, blank=True, on_delete=models.PROTECT, related_name="roster")
    guard = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="roster")
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["shift", "on", "beat"], name="roster_beat_once_a_shift"),
            models.CheckConstraint(
                condition=models.Q(beat__isnull=False) ^ models.Q(post__isnull=False),
                name="roster_line_has_beat_or_post",
            ),
        ]


class PatrolMix(models.Model):
    """A solved game: the rounds that may be drawn, how likely each is, and the figures that prove it.

    `game` is all that went into it and `game_sha256` its hash, so that an equal game is solved once. `rounds` and
    `chances` are what the kernel found; `proof` holds its figures beside those of the usual ways to walk.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="mixes")
    game_sha256 = models.CharField(max_length=64, db_index=True)
    game = models.JSONField()
    rounds = models.JSONField(default=list)
    chances = models.JSONField(default=list)
    proof = models.JSONField(default=dict)
    infeasible = models.JSONField(null=True, blank=True)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["place", "game_sha256"], name="game_once_a_place")]


class PatrolPlan(models.Model):
    """The rounds of one place in one shift, drawn from a mix by a seed that stays sealed until the shift is over.

    `legs` are {"beat", "checkpoint", "at"} in the order of time, for `level`. `commitment` is the SHA-256 of the seed,
    published when it was drawn. A plan that is drawn again `replaces` the former from `starts` on.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="patrol_plans")
    shift = models.ForeignKey(Shift, on_delete=models.PROTECT, related_name="patrol_plans")
    on = models.DateField()
    level = models.CharField(max_length=8)
    starts = models.DateTimeField()
    ends = models.DateTimeField()
    mix = models.ForeignKey(PatrolMix, on_delete=models.PROTECT, related_name="plans")
    legs = models.JSONField()
    sealed_seed = models.CharField(max_length=300)
    commitment = models.CharField(max_length=64)
    cause = models.CharField(max_length=16, default="planned")
    replaces = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="replaced_by"
    )
    drawn_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    cancelled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "starts"]), models.Index(fields=["ends"])]


class CheckpointCode(models.Model):
    """The code that hangs at a checkpoint: printed as a QR and as letters to type. A new one voids the former."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    checkpoint = models.ForeignKey(Checkpoint, on_delete=models.PROTECT, related_name="codes")
    number = models.PositiveSmallIntegerField(default=1)
    token = models.CharField(max_length=40, unique=True)
    typed = models.CharField(max_length=12, unique=True)
    turning = models.BooleanField(default=False)
    issued_at = models.DateTimeField()
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    void_at = models.DateTimeField(null=True, blank=True)
    void_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "number"], name="code_number_once")]


class Walk(models.Model):
    """One guard's walking of one beat in one shift, begun on the phone (its `id` too).

    `alias` stands for the guard wherever the place's own people do not look; `guard` is erased on schedule.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="walks")
    beat = models.ForeignKey(Beat, null=True, blank=True, on_delete=models.PROTECT, related_name="walks")
    plan = models.ForeignKey(
        PatrolPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="walks"
    )
    guard = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="walks")
    alias = models.CharField(max_length=16)
    device = models.ForeignKey(Device, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    early_reason = models.CharField(max_length=300, blank=True)
    received_at = models.DateTimeField()
    guard_erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["place", "started_at"])]


class Visit(models.Model):
    """A scan at a checkpoint, or a checkpoint passed over with a reason; the sender makes its `id`.

    `device_at` is what the phone's clock said, `effective_at` the same after the known offset of that clock,
    `received_at` when it came in. `flags` are for a person to look at; they punish nobody and change no duty.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    walk = models.ForeignKey(Walk, on_delete=models.PROTECT, related_name="visits")
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="visits"
    )
    kind = models.CharField(max_length=8, default="scan")
    way = models.CharField(max_length=8, blank=True)
    code = models.ForeignKey(
        CheckpointCode, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    number = models.PositiveIntegerField(default=0)
    device_at = models.DateTimeField()
    clock_offset_s = models.FloatField(default=0)
    effective_at = models.DateTimeField(db_index=True)
    received_at = models.DateTimeField()
    reason = models.CharField(max_length=300, blank=True)
    note = models.CharField(max_length=500, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    accuracy_m = models.FloatField(null=True, blank=True)
    flags = models.JSONField(default=list, blank=True)
    evidence = models.ManyToManyField(Evidence, blank=True, related_name="visits")
    photos = models.ManyToManyField(Attachment, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    reviewed_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    review = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["walk", "number"]),
            models.Index(fields=["checkpoint", "effective_at"]),
        ]


class HelpCall(models.Model):
    """A guard pressed for help: where, when, and when the control room took it.

    `checkpoint` is where the round led next; `last_checkpoint` the one scanned last, as the phone itself said it.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    place = models.ForeignKey(Place, on_delete=models.PROTECT, related_name="help_calls")
    walk = models.ForeignKey(Walk, null=True, blank=True, on_delete=models.PROTECT, related_name="help_calls")
    checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    last_checkpoint = models.ForeignKey(
        Checkpoint, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    last_scan_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField()
    received_at = models.DateTimeField(db_index=True)
    taken_at = models.DateTimeField(null=True, blank=True)
    taken_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=300, blank=True)
