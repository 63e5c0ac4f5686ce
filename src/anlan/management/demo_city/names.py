"""Invented names: streets, estates, shops. Every syllable carries its reading, so English names follow."""

from collections.abc import Iterator

import numpy as np

_FIRST = (
    "云Yun 锦Jin 和He 康Kang 宁Ning 泰Tai 瑞Rui 嘉Jia 文Wen 明Ming 春Chun 清Qing 澄Cheng 碧Bi "
    "金Jin 玉Yu 银Yin 松Song 竹Zhu 梅Mei 兰Lan 桂Gui 枫Feng 桐Tong 柳Liu 荷He 莲Lian 芙Fu "
    "杏Xing 橘Ju 白Bai 青Qing 紫Zi 丹Dan 晨Chen 晓Xiao 望Wang 听Ting 栖Qi 怀Huai"
)
_SECOND = (
    "安an 平ping 福fu 兴xing 盛sheng 祥xiang 源yuan 泉quan 溪xi 湖hu 岭ling 岗gang 坪ping 桥qiao "
    "园yuan 庭ting 苑yuan 台tai 门men 湾wan 洲zhou 浦pu 渡du 屏ping 峰feng 霞xia 光guang 华hua "
    "阳yang 月yue 林lin 鹤he 鹭lu 雁yan 蓉rong 枝zhi 香xiang 叶ye 露lu 雨yu"
)
Name = tuple[str, str]
_SIDES = (("东", "East"), ("西", "West"), ("南", "South"), ("北", "North"))


def _syllables(text: str) -> list[Name]:
    return [(part[0], part[1:]) for part in text.split()]


def names(rng: np.random.Generator) -> Iterator[Name]:
    """Two-character names with their pinyin, each once; when they are used up, the same as East, West and so on."""
    first, second = _syllables(_FIRST), _syllables(_SECOND)
    order = rng.permutation(len(first) * len(second))
    for zh, en in (("", ""), *_SIDES):
        for number in order:
            a, b = first[number // len(second)], second[number % len(second)]
            joint = "'" if b[1][0] in "aeo" else ""
            yield f"{a[0]}{b[0]}{zh}", f"{a[1]}{joint}{b[1]} {en}".strip()


SURNAMES = _syllables(
    "林Lin 周Zhou 陈Chen 何He 罗Luo 杨Yang 唐Tang 谢Xie 苏Su 曾Zeng 叶Ye 蒋Jiang 沈Shen 韩Han "
    "冯Feng 邓Deng 许Xu 彭Peng"
)
GIVEN = _syllables(
    "安An 宁Ning 平Ping 明Ming 晨Chen 雨Yu 青Qing 山Shan 川Chuan 禾He 岚Lan 舟Zhou 乐Le 恒Heng 朗Lang 舒Shu"
)


def person(rng: np.random.Generator) -> Name:
    """A harmless invented name for a member of staff."""
    surname = SURNAMES[int(rng.integers(len(SURNAMES)))]
    one, two = (GIVEN[int(number)] for number in rng.integers(len(GIVEN), size=2))
    return f"{surname[0]}{one[0]}{two[0]}", f"{surname[1]} {one[1]}{two[1].lower()}"
