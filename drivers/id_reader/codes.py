"""The code tables of GA/T 467 answers and of the identity card's text block. An unlisted code is shown unchanged."""

from __future__ import annotations

from enum import IntEnum


class Sw3(IntEnum):
    """The third status byte, the only one that decides (two or more independent sources)."""

    CHECK_SUM = 0x10
    LENGTH = 0x11
    COMMAND = 0x21
    NOT_PERMITTED = 0x23
    UNKNOWN_COMMAND = 0x24
    ID_CARD_REFUSED_MODULE = 0x31
    MODULE_REFUSED_ID_CARD = 0x32
    VERIFICATION = 0x33
    NOT_FOUND_YET = 0x34
    ID_CARD_TYPE = 0x40
    READ_FAILED = 0x41
    RANDOM = 0x47
    WRITE = 0x50
    SELF_TEST = 0x60
    LOGIN = 0x61
    NOT_AUTHORISED = 0x66
    FIND_FAILED = 0x80
    SELECT_FAILED = 0x81
    OK = 0x90
    NOTHING_STORED = 0x91
    FOUND = 0x9F


SW3_MEANINGS = {
    0x10: "check sum of the request",
    0x11: "length of the request",
    0x21: "wrong command",
    0x23: "not permitted",
    0x24: "unknown command",
    0x31: "the identity card refused the module",
    0x32: "the module refused the identity card",
    0x33: "verification failed",
    0x34: "nothing found yet",
    0x40: "wrong type of identity card",
    0x41: "read failed",
    0x47: "random number failed",
    0x50: "write failed",
    0x60: "self-test failed",
    0x61: "login failed",
    0x66: "not authorised",
    0x80: "find failed",
    0x81: "select failed",
    0x90: "ok",
    0x91: "nothing stored",
    0x9F: "found",
}

SEXES = {"0": "未知", "1": "男", "2": "女", "9": "未说明"}  # GB/T 2261.1

ETHNICITIES = {  # GB/T 3304
    "01": "汉",
    "02": "蒙古",
    "03": "回",
    "04": "藏",
    "05": "维吾尔",
    "06": "苗",
    "07": "彝",
    "08": "壮",
    "09": "布依",
    "10": "朝鲜",
    "11": "满",
    "12": "侗",
    "13": "瑶",
    "14": "白",
    "15": "土家",
    "16": "哈尼",
    "17": "哈萨克",
    "18": "傣",
    "19": "黎",
    "20": "傈僳",
    "21": "佤",
    "22": "畲",
    "23": "高山",
    "24": "拉祜",
    "25": "水",
    "26": "东乡",
    "27": "纳西",
    "28": "景颇",
    "29": "柯尔克孜",
    "30": "土",
    "31": "达斡尔",
    "32": "仫佬",
    "33": "羌",
    "34": "布朗",
    "35": "撒拉",
    "36": "毛南",
    "37": "仡佬",
    "38": "锡伯",
    "39": "阿昌",
    "40": "普米",
    "41": "塔吉克",
    "42": "怒",
    "43": "乌孜别克",
    "44": "俄罗斯",
    "45": "鄂温克",
    "46": "德昂",
    "47": "保安",
    "48": "裕固",
    "49": "京",
    "50": "塔塔尔",
    "51": "独龙",
    "52": "鄂伦春",
    "53": "赫哲",
    "54": "门巴",
    "55": "珞巴",
    "56": "基诺",
    "97": "其他",
    "98": "外国血统",
}


def sw3_meaning(sw3: int) -> str:
    """The meaning of a status, or its code."""
    return SW3_MEANINGS.get(sw3, f"{sw3:02X}")


def sex_word(code: str) -> str:
    """男, 女, …; the code itself if the table does not have it."""
    return SEXES.get(code, code)


def ethnicity_word(code: str) -> str:
    """汉, 蒙古, …; the code itself if the table does not have it."""
    return ETHNICITIES.get(code, code)
