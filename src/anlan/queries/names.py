"""Names as people look for them: sorted and searched by pinyin as well as by character."""

from functools import lru_cache

from pypinyin import Style, lazy_pinyin


@lru_cache(maxsize=65536)
def sort_name(name_zh: str, name_en: str = "") -> str:
    """The key under which a name is sorted and searched: its pinyin, its initials, its English name.

    `安澜医院` gives `anlanyiyuan alyy`, so that typing either finds it.
    """
    syllables = lazy_pinyin(name_zh)
    initials = lazy_pinyin(name_zh, style=Style.FIRST_LETTER)
    return " ".join(part for part in ("".join(syllables), "".join(initials), name_en) if part).lower()[:200]


_LONGEST_PERSONAL = 4
_TWO_SYLLABLES = ("欧阳", "司马", "上官", "诸葛", "东方", "皇甫", "尉迟", "公孙", "慕容", "令狐", "夏侯")


def latin_name(name: str) -> str:
    """A person's Chinese name in pinyin, the surname first: 林安宁 gives Lin Anning. Anything else stays as it is."""
    if not 2 <= len(name) <= _LONGEST_PERSONAL or not all("\u4e00" <= letter <= "\u9fff" for letter in name):
        return name
    parts = lazy_pinyin(name)
    surname = 2 if name[:2] in _TWO_SYLLABLES and len(name) > 2 else 1
    return f"{''.join(parts[:surname]).capitalize()} {''.join(parts[surname:]).capitalize()}"
