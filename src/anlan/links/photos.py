"""Photos as evidence: drawn anew without position, camera or other hidden data; when they were taken is kept."""

import io
import re
import warnings
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from PIL import ExifTags, Image, ImageOps

from anlan.engine.policy import Text
from anlan.links.files import MEGABYTE, FileProblem, check_size, extension_of

LARGEST_PHOTO_BYTES = 25 * MEGABYTE
MOST_PIXELS = 60_000_000
LONGEST_SIDE = 1600

PhotoFormat = Literal["JPEG", "WEBP"]

_READ = ("JPEG", "PNG", "WEBP", "MPO")
_EXTENSIONS = {"jpg", "png", "webp"}
_HEIF_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1", b"avif")
_EXIF_TIME = re.compile(r"(\d{4})[:\-/](\d\d)[:\-/](\d\d)[ T](\d\d):(\d\d):(\d\d)")
_EXIF_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)")


@dataclass(frozen=True, slots=True)
class CleanPhoto:
    """A photo fit to be kept. `captured_at` is what the camera's clock said, aware only if it gave its offset."""

    content: bytes
    content_type: str
    extension: str
    width: int
    height: int
    captured_at: datetime | None


def clean_photo(
    content: bytes, filename: str, photo_format: PhotoFormat = "JPEG"
) -> CleanPhoto | FileProblem:
    """The photo drawn anew at no more than 1600 pixels a side, or why it is not taken."""
    if problem := check_size(content, LARGEST_PHOTO_BYTES):
        return problem
    if content[4:8] == b"ftyp" and content[8:12] in _HEIF_BRANDS:
        return FileProblem(
            Text(
                zh="暂不支持 HEIC/AVIF 照片。请在手机“设置-相机-格式”中选择“兼容性最佳”，或另存为 JPG 后再上传。",
                en="HEIC and AVIF photos cannot be read. Choose “Most Compatible” under Settings, Camera, Formats, "
                "or save the photo as JPG.",
            )
        )
    if extension_of(filename) not in _EXTENSIONS:
        return FileProblem(
            Text(
                zh=f"“{filename}”不是照片。请上传 JPG、PNG 或 WebP。",
                en=f"“{filename}” is not a photo. Give a JPG, PNG or WebP.",
            )
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(content), formats=_READ) as photo:
                if photo.width * photo.height > MOST_PIXELS:
                    return _too_many_pixels(photo.width, photo.height)
                return _drawn_anew(photo, photo_format)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return _too_many_pixels(0, 0)
    except (OSError, ValueError, SyntaxError, TypeError, KeyError, EOFError, OverflowError, MemoryError):
        return FileProblem(
            Text(
                zh="照片已损坏或不完整，无法读取。请重新拍摄或重新上传。",
                en="The photo is damaged or incomplete. Take it again or upload it again.",
            )
        )


def _drawn_anew(photo: Image.Image, photo_format: PhotoFormat) -> CleanPhoto:
    captured_at = _captured_at(photo)
    photo.draft("RGB", (LONGEST_SIDE, LONGEST_SIDE))
    see_through = photo.mode in {"RGBA", "LA", "PA"} or "transparency" in photo.info
    small = photo.convert("RGBA" if see_through else "RGB")
    small.thumbnail((LONGEST_SIDE, LONGEST_SIDE), Image.Resampling.LANCZOS)
    small = ImageOps.exif_transpose(small)
    plain = Image.new("RGB", small.size, "white")
    plain.paste(small, mask=small.getchannel("A") if see_through else None)
    buffer = io.BytesIO()
    if photo_format == "WEBP":
        plain.save(buffer, "WEBP", quality=80, method=4)
    else:
        plain.save(buffer, "JPEG", quality=82, optimize=True, progressive=True)
    kind = "webp" if photo_format == "WEBP" else "jpeg"
    extension = "webp" if photo_format == "WEBP" else "jpg"
    return CleanPhoto(buffer.getvalue(), f"image/{kind}", extension, plain.width, plain.height, captured_at)


def _captured_at(photo: Image.Image) -> datetime | None:
    """When the camera says the photo was taken; nothing else is read from its data."""
    try:
        exif = photo.getexif()
        detail = exif.get_ifd(ExifTags.IFD.Exif)
        given = str(detail.get(ExifTags.Base.DateTimeOriginal) or exif.get(ExifTags.Base.DateTime) or "")
        offset = str(detail.get(ExifTags.Base.OffsetTimeOriginal) or "")
        if not (found := _EXIF_TIME.match(given)):
            return None
        zone = None
        if shift := _EXIF_OFFSET.match(offset):
            ahead = timedelta(hours=int(shift[2]), minutes=int(shift[3]))
            zone = timezone(ahead if shift[1] == "+" else -ahead)
        year, month, day, hour, minute, second = (int(part) for part in found.groups())
        return datetime(year, month, day, hour, minute, second, tzinfo=zone)
    except (ValueError, TypeError, KeyError, OSError, SyntaxError, OverflowError):
        return None


def _too_many_pixels(width: int, height: int) -> FileProblem:
    size = f"{width} × {height}" if width else ">"
    most = MOST_PIXELS // 1_000_000
    return FileProblem(
        Text(
            zh=f"照片像素过多（{size}），上限为 {most} 百万像素。请缩小后再上传。",
            en=f"The photo has too many pixels ({size}); at most {most} million are taken. Make it smaller and retry.",
        )
    )
