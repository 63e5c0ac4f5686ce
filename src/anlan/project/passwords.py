"""What a password must be: long enough, not common, not the person's own name. Nothing about kinds of characters."""

from django.contrib.auth import password_validation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


class LongEnough(password_validation.MinimumLengthValidator):
    """At least so many characters; Django's own words lack a Chinese translation."""

    def get_error_message(self) -> str:
        return ngettext(
            "The password needs at least %(count)d character.",
            "The password needs at least %(count)d characters.",
            self.min_length,
        ) % {"count": self.min_length}


class NotTheName(password_validation.UserAttributeSimilarityValidator):
    """Not like the user name, the name or the e-mail address."""

    def get_error_message(self) -> str:
        return _("The password is too much like the name, the user name or the e-mail address.")
