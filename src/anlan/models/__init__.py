"""Tables: facts only, in rooms from accounts to oversight; a room may point left, never right."""

from anlan.models.accounts import ApiToken, Device, Grant, SignIn, User
from anlan.models.desk import FormDraft, SavedView
from anlan.models.duties import Evidence, Finding, Standing, Strike, Waiver
from anlan.models.journal import Attachment, Entry, IdempotencyKey
from anlan.models.posture import PostureChange
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
    Zone,
)
from anlan.models.schemes import Adoption, Edition, LocalValue

__all__ = [
    "Adoption",
    "ApiToken",
    "Attachment",
    "Checkpoint",
    "CitySettings",
    "Department",
    "Device",
    "District",
    "Edition",
    "Entry",
    "Evidence",
    "Finding",
    "FormDraft",
    "Grant",
    "IdempotencyKey",
    "LocalValue",
    "Occurrence",
    "Operator",
    "Place",
    "PlaceFact",
    "PlaceImport",
    "Post",
    "PostureChange",
    "SavedView",
    "SignIn",
    "Standing",
    "Strike",
    "User",
    "Waiver",
    "Zone",
]
