"""What a browser is called when its owner looks at the list of devices."""

import re

MACHINES = (
    ("iPhone", "苹果手机"),
    ("iPad", "苹果平板"),
    ("HarmonyOS", "鸿蒙手机"),
    ("OpenHarmony", "鸿蒙手机"),
    ("HUAWEI|HONOR", "华为手机"),
    ("Xiaomi|Redmi|MI ", "小米手机"),
    ("OPPO|PCLM|CPH", "OPPO 手机"),
    ("vivo", "vivo 手机"),
    ("Android", "安卓手机"),
    ("Windows", "Windows 电脑"),
    ("Macintosh", "苹果电脑"),
    ("Linux|X11", "Linux 电脑"),
)
BROWSERS = (
    ("MicroMessenger", "微信"),
    ("DingTalk", "钉钉"),
    ("MQQBrowser|QQBrowser", "QQ 浏览器"),
    ("UCBrowser", "UC 浏览器"),
    ("HuaweiBrowser", "华为浏览器"),
    ("MiuiBrowser", "小米浏览器"),
    ("Edg", "Edge 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("Chrome|CriOS", "Chrome 浏览器"),
    ("Safari", "Safari 浏览器"),
)


def device(user_agent: str) -> str:
    """华为手机上的微信; nothing but the two words is kept of what a browser says of itself."""
    machine = _first(MACHINES, user_agent) or "一台设备"
    browser = _first(BROWSERS, user_agent)
    return f"{machine}上的{browser}" if browser else machine


def _first(names: tuple[tuple[str, str], ...], text: str) -> str:
    return next((words for sign, words in names if re.search(sign, text[:500])), "")
