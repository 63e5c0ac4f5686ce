"""What a page says, and what its form would send."""


def text(response) -> str:
    assert response.status_code == 200
    return response.content.decode()


def fields(page, **changes):
    """What the form on a page would send, with some fields changed."""
    form = page.context["form"]
    values = {bound.html_name: bound.value() for bound in form}
    plain = {name: "" if value is None else value for name, value in values.items()}
    return {**plain, **changes}
