"""The forms of an import: files, columns, choices about doubtful rows."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.template.defaultfilters import filesizeformat
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from anlan.actions.import_choices import AS_NEW, SKIP, UPDATE
from anlan.links.coordinates import DATUMS
from anlan.links.openstreetmap import SUFFIXES
from anlan.links.place_rows import Vocabulary
from anlan.links.sheet_columns import COLUMNS, FACT
from anlan.links.sheets import SheetLimits


def _no_larger(file: UploadedFile[Any], most: int) -> UploadedFile[Any]:
    size = file.size or 0
    if size > most:
        words = _("The file has %(size)s, more than the %(most)s allowed. Make it smaller or split it.")
        raise forms.ValidationError(words % {"size": filesizeformat(size), "most": filesizeformat(most)})
    return file


def _small_select(label: str) -> forms.Select:
    """A select that stands in a table, named for those who cannot see the row it is in."""
    return forms.Select(
        attrs={"class": "form-select form-select-sm", "aria-label": label or _("(no heading)")}
    )


class SheetForm(forms.Form):
    """A sheet of places."""

    sheet = forms.FileField(
        label=gettext_lazy("Sheet (.xlsx or .csv)"),
        max_length=200,
        help_text=gettext_lazy(
            "At most 30 MB and 200,000 rows. Nothing is imported before you have seen it."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )

    def clean_sheet(self) -> UploadedFile[Any]:
        return _no_larger(self.cleaned_data["sheet"], SheetLimits().bytes)


class ExtractForm(forms.Form):
    """An OpenStreetMap extract."""

    extract = forms.FileField(
        label=gettext_lazy("Extract (.osm.pbf, .osm or .osm.gz)"),
        max_length=200,
        help_text=gettext_lazy(
            "At most 64 MB here; the command line takes larger ones: anlan import osm FILE"
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".pbf,.osm,.gz,.bz2"}),
    )
    draw = forms.BooleanField(
        label=gettext_lazy("Draw the base map from this extract"),
        required=False,
        initial=lambda: not settings.BASEMAP.exists(),
        help_text=gettext_lazy("It takes the place of the base map that is there now."),
    )

    def clean_extract(self) -> UploadedFile[Any]:
        file = _no_larger(self.cleaned_data["extract"], settings.UPLOAD_MAX_BYTES)
        if not (file.name or "").lower().endswith(SUFFIXES):
            raise forms.ValidationError(_("This is no extract. Choose an .osm.pbf, .osm or .osm.gz file."))
        return file


class DistrictsForm(forms.Form):
    """A list of districts."""

    districts = forms.FileField(
        label=gettext_lazy("List of districts (.csv or .xlsx)"),
        max_length=200,
        help_text=gettext_lazy(
            "With the columns code and name; valid_from and valid_until are read if present."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )
    within = forms.RegexField(
        r"^\d{0,9}$",
        label=gettext_lazy("Only codes that begin with"),
        required=False,
        error_messages={"invalid": gettext_lazy("Write digits only, such as 31 or 3101.")},
        help_text=gettext_lazy("Such as 31 for one province or 3101 for one city; empty for all."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    valid_from = forms.DateField(
        label=gettext_lazy("Valid from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def clean_districts(self) -> UploadedFile[Any]:
        return _no_larger(self.cleaned_data["districts"], SheetLimits().bytes)


class ColumnsForm(forms.Form):
    """What each column of a sheet is; one select a column, and the datum of coordinates that name none."""

    datum = forms.ChoiceField(
        label=gettext_lazy("Datum of coordinates for which the sheet names none"),
        required=False,
        choices=[
            ("", "—"),
            *((datum, datum) for datum in DATUMS),
        ],
        help_text=gettext_lazy("GCJ-02 for Amap (Gaode) and Tencent, BD-09 for Baidu, WGS-84 for GPS."),
    )

    def __init__(self, data: Any, header: Sequence[str], vocabulary: Vocabulary, **options: Any) -> None:
        super().__init__(data, **options)
        choices = _targets(vocabulary)
        for number, title in enumerate(header):
            self.fields[f"column-{number}"] = forms.ChoiceField(
                label=title or _("(no heading)"), required=False, choices=choices, widget=_small_select(title)
            )

    def columns(self) -> dict[int, str]:
        """Column numbers to what they are; columns that are not imported are left out."""
        return {
            int(name.removeprefix("column-")): str(target)
            for name, target in self.cleaned_data.items()
            if name.startswith("column-") and target
        }

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        targets = {target for name, target in values.items() if name.startswith("column-")}
        if {"longitude", "latitude"} <= targets and "datum" not in targets and not values.get("datum"):
            self.add_error("datum", _("The sheet has coordinates and no column for the datum: choose one."))
        return values


def _targets(vocabulary: Vocabulary) -> list[tuple[str, Any]]:
    language = get_language() or "zh"
    columns = [(column.id, column.title.in_language(language)) for column in COLUMNS]
    facts = [
        (FACT + name, fact.title.in_language(language)) for name, fact in vocabulary.further_facts.items()
    ]
    groups: list[tuple[str, Any]] = [("", _("Do not import")), (_("Columns of the register"), columns)]
    return [*groups, (_("Further facts"), facts)] if facts else groups


class ChoicesForm(forms.Form):
    """What a person says about each row that may be a place already known."""

    def __init__(self, data: Any, doubtful: Sequence[Mapping[str, Any]], **options: Any) -> None:
        super().__init__(data, **options)
        for number, row in enumerate(doubtful):
            if not row["waits"]:
                continue
            updates = [
                (f"{UPDATE}{each['code']}", _("It is %(name)s (%(code)s): update that place") % each)
                for each in row["perhaps"]
                if each["row"] is None
            ]
            self.fields[f"choice-{number}"] = forms.ChoiceField(
                label=row["name"],
                required=False,
                widget=_small_select(row["name"]),
                choices=[
                    ("", _("Leave undecided")),
                    (SKIP, _("Leave out")),
                    (AS_NEW, _("It is another place: register it")),
                    *updates,
                ],
            )
        self._keys = [str(row["key"]) for row in doubtful]

    def choices(self) -> dict[str, str]:
        """What was decided, by the key of the row or place."""
        return {
            self._keys[int(name.removeprefix("choice-"))]: cast(str, choice)
            for name, choice in self.cleaned_data.items()
            if choice
        }
