"""What a member of staff keeps on the own desk: views of lists, and forms not sent yet."""

from django.db import models

from anlan.models.accounts import User
from anlan.models.ids import new_id


class SavedView(models.Model):
    """A list as somebody likes it: its filters and order as an address query, and which columns show.

    `page` is the name of the list's address. `columns` are ids of columns in their order; empty means all.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="views")
    page = models.CharField(max_length=48)
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=1000, blank=True)
    columns = models.JSONField(default=list, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "page", "name"], name="saved_view_name_once_a_page")
        ]

    def __str__(self) -> str:
        return self.name


class FormDraft(models.Model):
    """A form as it was when last typed in, until it is sent or 14 days old. Passwords and files are never kept.

    `address` is the path of the form; `fields` are pairs of name and value in the order of the form.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    address = models.CharField(max_length=300)
    fields = models.JSONField(default=list)
    saved_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "address"], name="one_draft_a_form")]
