"""Words that the voice misreads, with others that sound right. Phonemes stand in double brackets, in eSpeak's own letters.

Found by comparing the voice's reading of every sentence of the catalogue with a dictionary's.
"""

# A longer word stands before a shorter one that it contains.
READINGS = {
    "胸": "[[S;'iong55]]",  # the voice knows no xiong in any tone and would spell it in English
    "凶": "[[S;'iong55]]",
    "兄": "[[S;'iong55]]",
    "熊": "[[S;'iong35]]",
    "雄": "[[S;'iong35]]",
    "咳嗽": "咳嗽",
    "咳": "壳",
    "量血压": "良血压",
    "看护": "刊护",
    "脏了": "赃了",
    "脏衣": "赃衣",
    "为什么": "位什么",
    "为了": "位了",
    "吐血": "兔血",
    "差一点": "岔一点",
    "差点": "岔点",
    "扇风": "山风",
    "扇动": "山动",
    "便宜": "骈宜",
    "痴呆": "吃呆",
    "悄悄": "敲敲",
    "麻将": "麻江",
    "睡一觉": "睡一叫",
    "好一觉": "好一叫",
    "洗发": "洗珐",
    "泡一泡": "炮一炮",
    "音调": "音掉",
    "调温": "条温",
    "重复": "虫复",
    "抹布": "妈布",
    "尽早": "紧早",
    "种菜": "众菜",
    "没过": "末过",
    "钻床": "攥床",
    "是为他": "是位他",
}


def as_heard(words: str) -> str:
    """The words as the voice must be given them."""
    read, place = "", 0
    while place < len(words):
        word = next((word for word in READINGS if words.startswith(word, place)), words[place])
        read += READINGS.get(word, word)
        place += len(word)
    return read
