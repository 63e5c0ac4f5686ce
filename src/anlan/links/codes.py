"""QR codes for labels, posters and documents."""

import io

import segno

_QUIET_ZONE = 4


def qr_svg(text: str, module_mm: float = 1.0) -> str:
    """The code as an SVG element, black on white in both themes so that it scans."""
    buffer = io.BytesIO()
    segno.make_qr(text, error="m").save(
        buffer,
        kind="svg",
        border=_QUIET_ZONE,
        unit="mm",
        scale=module_mm,
        xmldecl=False,
        dark="#000",
        light="#fff",
    )
    return buffer.getvalue().decode()


def qr_png(text: str, pixels_per_module: int = 8) -> bytes:
    """The code as a PNG for printing."""
    buffer = io.BytesIO()
    segno.make_qr(text, error="m").save(
        buffer, kind="png", border=_QUIET_ZONE, scale=pixels_per_module, dark="#000", light="#fff"
    )
    return buffer.getvalue()
