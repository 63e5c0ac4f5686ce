"""Tables: facts only, in rooms from accounts to oversight; a room may point left, never right."""

from anlan.models.accounts import ApiToken, Device, Grant, SignIn, User
from anlan.models.cap import CapMessage, CapSubscription
from anlan.models.contacts import ContactAnswer, ContactTest, PushSubscription
from anlan.models.desk import FormDraft, SavedView
from anlan.models.duties import Evidence, Finding, GapDay, GapTally, Standing, Strike, Waiver
from anlan.models.journal import Attachment, Entry, IdempotencyKey
from anlan.models.messages import Delivery, Mailing, Message, MessageText
from anlan.models.patrols import (
    Beat,
    CheckpointCode,
    CheckpointWorth,
    HelpCall,
    PatrolMix,
    PatrolPlan,
    PatrolSettings,
    RosterLine,
    Visit,
    Walk,
    WalkTime,
)
from anlan.models.periods import SensitivePeriod
from anlan.models.posture import PostureChange
from anlan.models.public_information import PublicApproval, PublicMessage, PublicStatement
from anlan.models.register import (
    Checkpoint,
    CitySettings,
    Department,
    District,
    Occurrence,
    Operator,
    Place,
    PlaceFact,
    PlaceImport,
    Post,
    Shift,
    Zone,
)
from anlan.models.schemes import Adoption, Edition, LocalValue
from anlan.models.signals import Signal
from anlan.models.warnings import Acknowledgement, WarningNotice, WarningStep

__all__ = [
    "Acknowledgement",
    "Adoption",
    "ApiToken",
    "Attachment",
    "Beat",
    "CapMessage",
    "CapSubscription",
    "Checkpoint",
    "CheckpointCode",
    "CheckpointWorth",
    "CitySettings",
    "ContactAnswer",
    "ContactTest",
    "Delivery",
    "Department",
    "Device",
    "District",
    "Edition",
    "Entry",
    "Evidence",
    "Finding",
    "FormDraft",
    "GapDay",
    "GapTally",
    "Grant",
    "HelpCall",
    "IdempotencyKey",
    "LocalValue",
    "Mailing",
    "Message",
    "MessageText",
    "Occurrence",
    "Operator",
    "PatrolMix",
    "PatrolPlan",
    "PatrolSettings",
    "Place",
    "PlaceFact",
    "PlaceImport",
    "Post",
    "PostureChange",
    "PublicApproval",
    "PublicMessage",
    "PublicStatement",
    "PushSubscription",
    "RosterLine",
    "SavedView",
    "SensitivePeriod",
    "Shift",
    "SignIn",
    "Signal",
    "Standing",
    "Strike",
    "User",
    "Visit",
    "Waiver",
    "Walk",
    "WalkTime",
    "WarningNotice",
    "WarningStep",
    "Zone",
]
