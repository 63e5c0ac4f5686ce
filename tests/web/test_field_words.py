"""What forms say of a field that is not filled in rightly: how to mend it, in the reader's language."""

import pytest
from django import forms
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from builders import a_user, signed_in

FIELDS = (
    forms.CharField(max_length=3), forms.IntegerField(min_value=1), forms.FloatField(), forms.DateField(),
    forms.TimeField(), forms.DateTimeField(), forms.EmailField(), forms.ChoiceField(choices=[("a", "A")]),
    forms.BooleanField(), forms.UUIDField(), forms.FileField(),
)  # fmt: skip


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("text", ["", "nonsense"])
def test_no_field_speaks_in_djangos_words(language: str, text: str) -> None:
    stiff = ("This field", "valid", "字段", "有效")
    with override(language):
        for field in FIELDS:
            try:
                field.clean(None if isinstance(field, forms.FileField) else text)
            except forms.ValidationError as error:
                words = " ".join(error.messages)
                assert words
                assert not [one for one in stiff if one in words], (field, words)
                assert any("\u4e00" <= letter <= "\u9fff" for letter in words) == (language == "zh-hans"), (
                    words
                )


def test_a_number_too_small_and_a_text_too_long_say_the_limit() -> None:
    with override("zh-hans"):
        with pytest.raises(forms.ValidationError, match="请填写 1 或更大的数"):
            FIELDS[1].clean("0")
        with pytest.raises(forms.ValidationError, match="最多 3 个字符，现有 8 个"):
            FIELDS[0].clean("nonsense")


@pytest.mark.django_db
@pytest.mark.parametrize(("language", "words"), [("zh-hans", "请填写此项。"), ("en", "Fill this in.")])
def test_a_person_without_a_name_is_told_to_fill_it_in(client: Client, language: str, words: str) -> None:
    signed_in(client, a_user("administrator"))
    client.cookies["language"] = language
    page = client.post(reverse("person-new"), {"username": "li"})
    assert page.status_code == 422
    assert words in page.content.decode()
