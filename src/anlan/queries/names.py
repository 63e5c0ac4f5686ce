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
