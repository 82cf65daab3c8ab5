"""What kind of device a browser says it is: a claim, kept for the sheet and never counted on."""

PHONE, TABLET, DESKTOP = "phone", "tablet", "desktop"

WORDS = {PHONE: "手机", TABLET: "平板", DESKTOP: "电脑"}


def device_of(user_agent: str) -> str:
    """Tell phone, tablet and desktop apart by the User-Agent header."""
    if "iPad" in user_agent or ("Android" in user_agent and "Mobile" not in user_agent):
        return TABLET
    return PHONE if "Mobi" in user_agent or "Android" in user_agent else DESKTOP
